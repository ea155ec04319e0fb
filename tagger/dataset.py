"""The questions of some roles, with their token counts, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tagger.features import SPACES, Counts, stack_counts, unpack_counts
from tagger.io import read_arrays, read_months


@dataclass(frozen=True)
class Dataset:
    """Questions (columns of tables.CLEAN and month) and their counts."""

    questions: pd.DataFrame
    counts: Mapping[str, Counts]

    def take(self, rows: np.ndarray) -> "Dataset":
        """Some of the rows, by number or mask."""
        numbers = np.flatnonzero(rows) if rows.dtype == bool else rows
        counts = {space: part.take(numbers) for space, part in self.counts.items()}
        return Dataset(self.questions.iloc[numbers].reset_index(drop=True), counts)


def load_dataset(clean: Path, features: Path, rows: pd.DataFrame) -> Dataset:
    """The questions named in `rows` (question_id, month), from the folders of the months. Raises DataError."""
    months = sorted(rows["month"].unique())
    questions = read_months(clean, months)
    parts = [unpack_counts(read_arrays(features / f"{month}.npz")) for month in months]
    counts = {space: stack_counts([part[space] for part in parts]) for space in SPACES}
    return Dataset(questions, counts).take(questions["question_id"].isin(rows["question_id"]).to_numpy())


def load_questions(clean: Path, rows: pd.DataFrame) -> pd.DataFrame:
    """The same questions without counts."""
    questions = read_months(clean, sorted(rows["month"].unique()))
    return questions[questions["question_id"].isin(rows["question_id"])].reset_index(drop=True)
