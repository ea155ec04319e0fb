"""The questions of some roles and, month by month, their tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tagger.features import Spaces, number_spaces, unpack_spaces
from tagger.io import read_arrays, read_months

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("question_id", "created", "tags", "weight")


@dataclass(frozen=True)
class Part:
    """Some questions of a month: `load` reads the month's tokens, `rows` are the numbers of those meant."""

    load: Callable[[], Spaces]
    rows: np.ndarray

    def read(self) -> Spaces:
        """The tokens of the questions meant."""
        return {space: tokens.take(self.rows) for space, tokens in self.load().items()}


@dataclass(frozen=True)
class Dataset:
    """Questions (KEYS, month and the columns asked for) and, in the same order, where their tokens are."""

    questions: pd.DataFrame
    parts: Sequence[Part]

    @classmethod
    def of(cls, questions: pd.DataFrame) -> Dataset:
        """Questions in memory, with the columns of tables.CLEAN."""
        spaces = number_spaces(questions)
        return cls(questions, [Part(lambda: spaces, np.arange(len(questions)))])

    @classmethod
    def join(cls, datasets: Sequence[Dataset]) -> Dataset:
        """The questions of several, one after the other."""
        import pandas as pd

        questions = pd.concat([dataset.questions for dataset in datasets], ignore_index=True)
        return cls(questions, [part for dataset in datasets for part in dataset.parts])

    def take(self, rows: np.ndarray) -> Dataset:
        """Some rows: a mask, or their numbers, ascending, perhaps one more than once."""
        numbers = np.flatnonzero(rows) if rows.dtype == bool else rows
        ends = np.cumsum([len(part.rows) for part in self.parts])
        cuts = np.split(numbers, np.searchsorted(numbers, ends[:-1]))
        parts = [
            Part(part.load, part.rows[cut - (end - len(part.rows))])
            for part, cut, end in zip(self.parts, cuts, ends, strict=True)
            if len(cut)
        ]
        return Dataset(self.questions.iloc[numbers].reset_index(drop=True), parts)

    def read(self) -> Iterator[Spaces]:
        """The tokens, part by part."""
        return (part.read() for part in self.parts)


def load_dataset(clean: Path, features: Path, rows: pd.DataFrame, columns: Sequence[str] = ()) -> Dataset:
    """The questions named in `rows` (question_id, month), from the folders of the months. Raises DataError."""
    months = sorted(rows["month"].unique())
    questions = read_months(clean, months, [*KEYS, *columns])
    wanted = questions["question_id"].isin(rows["question_id"]).to_numpy()
    parts = [
        Part(partial(read_spaces, features / f"{month}.npz"), np.arange(count))
        for month, count in count_rows(questions)
    ]
    return Dataset(questions, parts).take(wanted)


def count_rows(questions: pd.DataFrame) -> list[tuple[str, int]]:
    """The months, in order, and how many questions each has."""
    counts = questions["month"].value_counts(sort=False).sort_index()
    return list(zip(counts.index, counts.tolist(), strict=True))


def read_spaces(path: Path) -> Spaces:
    """One month's tokens. Raises DataError."""
    return unpack_spaces(read_arrays(path))


def load_questions(clean: Path, rows: pd.DataFrame) -> pd.DataFrame:
    """The same questions without tokens."""
    questions = read_months(clean, sorted(rows["month"].unique()))
    return questions[questions["question_id"].isin(rows["question_id"])].reset_index(drop=True)
