"""Folds: which questions are learned from and which are scored, and the table that keeps them between stages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tagger.errors import DataError

# Of the fold that the model which is kept comes from.
FINAL = 0


@dataclass(frozen=True)
class Fold:
    """Row numbers, ascending: `train` (a bootstrap draws a row more than once) and `validation`; `inner` folds lie
    within its training rows."""

    train: np.ndarray
    validation: np.ndarray
    inner: tuple["Fold", ...] = ()

    def within(self, rows: np.ndarray) -> "Fold":
        """The same fold, its numbers being those of some rows of a whole."""
        return Fold(rows[self.train], rows[self.validation], tuple(fold.within(rows) for fold in self.inner))

    def teach(self, rows: np.ndarray, alike: np.ndarray, barred: np.ndarray | None = None) -> "Fold":
        """The same fold with more rows to learn from (ascending, all after its own), but those that are `alike` (a
        number a row) one that is scored here, or in the fold that this lies in."""
        scored = alike[self.validation] if barred is None else np.concatenate([barred, alike[self.validation]])
        added = rows[~np.isin(alike[rows], scored)]
        inner = tuple(fold.teach(rows, alike, scored) for fold in self.inner)
        return Fold(np.concatenate([self.train, added]), self.validation, inner)


@dataclass(frozen=True)
class Limits:
    """`most` folds in all, and `least` questions in each role of each."""

    most: int
    least: int


def check_folds(folds: Sequence[Fold], limits: Limits, name: str) -> None:
    """Raises DataError where there are too many folds, or a fold is too small to tell anything."""
    every = [part for fold in folds for part in (fold, *fold.inner)]
    if len(every) > limits.most:
        raise DataError(
            f"{name} makes {len(every):,} folds, a fit each, and split.max_folds is {limits.most}: "
            "raise it, or choose a strategy with fewer folds"
        )
    for number, fold in enumerate(every, 1):
        for role in ("train", "validation"):
            found = len(np.unique(getattr(fold, role)))
            least = limits.least if len(every) < len(fold.train) else 1  # one left out is meant
            if found < least:
                raise DataError(
                    f"{name}: fold {number} of {len(every)} has {found} questions for {role} and "
                    f"split.min_questions is {limits.least}: lower it, ask for fewer folds, or fetch more months"
                )


def tabulate_folds(rows: pd.DataFrame, folds: Sequence[Fold]) -> pd.DataFrame:
    """One line for a question in a fold: question_id, month, fold (from 1), parent (the fold within whose training rows
    it lies, else 0) and role."""
    parts, number = [], FINAL
    for fold, parent in walk(folds):
        number += 1
        above = 0 if parent is None else parent
        for role in ("train", "validation"):
            taken = rows.iloc[getattr(fold, role)][["question_id", "month"]]
            parts.append(taken.assign(fold=np.int32(number), parent=np.int32(above), role=role))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def walk(folds: Sequence[Fold]) -> Iterator[tuple[Fold, int | None]]:
    """Every fold, inner ones after the one they lie in, with the number of that."""
    number = FINAL
    for fold in folds:
        number += 1
        yield fold, None
        for inner in fold.inner:
            yield inner, number
        number += len(fold.inner)


def read_folds(table: pd.DataFrame, ids: np.ndarray) -> list[Fold]:
    """The folds that `tabulate_folds` wrote; their numbers are those of `ids`, each there once."""
    index = pd.Index(ids)
    cells = {
        (fold, parent): {role: np.sort(index.get_indexer(part["question_id"])) for role, part in rows.groupby("role")}
        for (fold, parent), rows in table[table["fold"] != FINAL].groupby(["fold", "parent"])
    }
    inner: dict[int, list[Fold]] = {}
    for (_, parent), roles in cells.items():
        inner.setdefault(parent, []).append(Fold(roles["train"], roles["validation"]))
    return [
        Fold(roles["train"], roles["validation"], tuple(inner.get(fold, ())))
        for (fold, parent), roles in cells.items()
        if parent == FINAL
    ]
