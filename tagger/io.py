"""The only readers and writers of files: atomic, byte-stable, without a clock."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from tagger.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`, which takes its place only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_table(path: Path, table: pa.Table, notes: Mapping[str, Any] | None = None) -> None:
    """Write Parquet (zstd). `notes` are small facts of the file, kept in its schema's metadata as JSON."""
    from pyarrow import parquet

    metadata = {"notes": json.dumps(notes, sort_keys=True)} if notes else None
    with replacing(path) as temporary:
        parquet.write_table(table.replace_schema_metadata(metadata), temporary, compression="zstd")


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read Parquet as a frame; list columns hold numpy arrays. Raises DataError."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.read_table(path, columns=list(columns) if columns else None).to_pandas()
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"{path} cannot be read ({error}): run `dvc repro` to make it again") from error


def list_months(folder: Path) -> list[str]:
    """The months that a folder of YYYY-MM files holds, in order."""
    return sorted({path.stem for path in folder.iterdir() if not path.name.startswith(".")})


def read_months(folder: Path, months: Iterable[str], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of some months, one below the other, with a column `month`. Raises DataError."""
    import pandas as pd

    frames = [read_table(folder / f"{month}.parquet", columns).assign(month=month) for month in months]
    return pd.concat(frames, ignore_index=True)


def read_notes(path: Path) -> dict[str, Any]:
    """The facts that `write_table` put into a file; empty where there are none."""
    from pyarrow.parquet import read_schema

    metadata = read_schema(path).metadata or {}
    notes: dict[str, Any] = json.loads(metadata.get(b"notes", b"{}"))
    return notes


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, values: Any) -> None:
    """Write indented JSON; floats as they are, so round them before. Not a number is refused."""
    write_text(path, json.dumps(values, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read JSON. Raises DataError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}): run `dvc repro` to make it again") from error


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a plots CSV, floats with six digits."""
    with replacing(path) as temporary:
        frame.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays as npz; objects are refused, so that reading never runs code."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **dict(sorted(arrays.items())))


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read an npz. Raises DataError, also for one that holds pickled objects."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, AttributeError, BadZipFile, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): run `dvc repro` to make it again") from error
