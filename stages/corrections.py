"""The corrected questions beside those of the months: learned from, never scored."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tagger.io import read_months, read_table

# What stands for their month: data/corrections.parquet, data/features/corrections.npz.
NAME = "corrections"
CLEAN = Path("data/clean")
TEXTS = ("title_tokens", "text_tokens", "code_tokens")


def find_folder(month: str) -> Path:
    """Where the clean questions of a month, or the corrections, lie."""
    return CLEAN.parent if month == NAME else CLEAN


def read_texts(months: Sequence[str], columns: Sequence[str] = TEXTS) -> pd.Series:
    """The tokens of questions as one text each, by question_id."""
    parts = [read_months(find_folder(month), [month], ["question_id", *columns]) for month in months]
    questions = pd.concat(parts, ignore_index=True)
    joined = questions[columns[0]].str.cat([questions[name] for name in columns[1:]], sep=" ")
    return joined.set_axis(questions["question_id"])


def read_corrections(months: Sequence[str], trained: pd.Series) -> tuple[pd.DataFrame, int]:
    """question_id, created, tags and month, and how many were passed over: their text is that of a question of the
    months which is not among the ids `trained`, and whatever is scored must be new."""
    corrections = read_table(find_folder(NAME) / f"{NAME}.parquet", ["question_id", "created", "tags"])
    if corrections.empty:
        return corrections, 0
    texts = read_texts([NAME]).loc[corrections["question_id"]]
    held_out: set[str] = set()
    for month in months:
        found = read_texts([month])
        held_out |= set(found[~found.index.isin(trained)]).intersection(texts)
    new = ~texts.isin(held_out).to_numpy()
    return corrections[new].assign(month=NAME), int((~new).sum())
