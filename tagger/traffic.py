"""The questions that the service was asked, as files: a row a question, one file for each month."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from tagger.exported import make_exported, read_exported
from tagger.io import write_table

TRAFFIC = pa.schema(
    [
        ("prediction_id", pa.string()),
        ("asked", pa.timestamp("us", tz="UTC")),
        ("title", pa.string()),  # as it was asked, plain
        ("body", pa.string()),  # as it was asked, HTML
        ("suggested", pa.list_(pa.string())),
        ("tags", pa.list_(pa.string())),  # of the latest correction; null: none
        ("rating", pa.string()),  # the latest, up or down; null: none
        ("model", pa.string()),  # version that answered
    ]
)


class Said(NamedTuple):
    """What a question's callers said last, None where they said nothing."""

    tags: list[str] | None
    rating: str | None


def name_folder(path: Path) -> Path:
    """Where questions lie below `drift.traffic`: by this name DVC looks at them only where they are followed."""
    return path / "service"


def read_file(path: Path) -> pa.Table:
    """The questions of one month, none where there is no file. Raises DataError."""
    return read_exported(path, TRAFFIC, "asked") if path.exists() else TRAFFIC.empty_table()


def list_traffic(folder: Path) -> list[str]:
    """The months that have a file, in order."""
    return sorted(path.stem for path in folder.glob("[0-9][0-9][0-9][0-9]-[01][0-9].parquet"))


def add_traffic(path: Path, asked: pd.DataFrame, said: Mapping[str, Said]) -> int:
    """Add questions to the file of a month, and to all in it what was said of them since; how many are new.

    A question that lies there stays as it is: the service may have dropped its text since. A file that would come out
    the same is left alone.
    """
    old = read_file(path)
    rows = pa.concat_tables([old, make_exported(asked, TRAFFIC)]).to_pandas().drop_duplicates("prediction_id")
    for column in Said._fields:
        known = zip(rows["prediction_id"], rows[column], strict=True)
        rows[column] = [getattr(said[name], column) if name in said else value for name, value in known]
    new = make_exported(rows.sort_values(["asked", "prediction_id"], kind="stable"), TRAFFIC)
    if not new.equals(old):
        write_table(path, new)
    return len(new) - len(old)
