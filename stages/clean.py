"""Clean the questions, month by month: `python -m stages.clean`."""

from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from stages.script import run
from tagger.cleaning import clean_month, find_first
from tagger.engine import Engine
from tagger.errors import DataError
from tagger.io import read_table, write_table
from tagger.params import parse_section
from tagger.text import CleanParams

# Below, starting workers costs more than they save.
ROWS_FOR_WORKERS = 20_000


def main(params: dict[str, Any], engine: Engine) -> str:
    clean = parse_section(CleanParams, params.get("clean"), "clean")
    paths = sorted(Path("data/raw").glob("*.parquet"))
    if not paths:
        raise DataError("data/raw holds no month: run `dvc repro fetch`")
    first = find_first([read_table(path, ["question_id"])["question_id"].to_numpy() for path in paths])
    if sum(map(len, first)) < ROWS_FOR_WORKERS:
        engine = replace(engine, jobs=1)
    # The largest first, so that no worker is left alone with it at the end.
    months = sorted(zip(paths, first, strict=True), key=lambda month: -len(month[1]))
    counts: Counter[str] = Counter()
    # A worker may have been started in another folder.
    clean_here = partial(clean_file, root=Path.cwd(), params=clean)
    for notes in engine.map(clean_here, months, "clean"):
        counts.update(notes)
    return (
        f"{counts['rows']:,} of {counts['rows_in']:,} questions in {len(paths)} months; "
        f"{counts['duplicate_ids']:,} duplicate ids and {counts['without_tags']:,} questions without tags dropped"
    )


def clean_file(month: tuple[Path, np.ndarray], root: Path, params: CleanParams) -> dict[str, int]:
    """Clean one month's file, in the repository at `root`."""
    path, first = month
    table, notes = clean_month(read_table(root / path), first, params)
    write_table(root / "data/clean" / path.name, table, notes)
    return notes


if __name__ == "__main__":
    run("clean", main)
