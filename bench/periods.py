"""Recorded questions cut anew into periods that take the place of months, for a record of a few weeks."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tagger.io import list_months, read_months, write_table
from tagger.tables import CLEAN, make_table


@dataclass(frozen=True)
class Cut:
    """The dates on which the test period and the later one begin; the last `rows` questions before are learned from,
    in so many `periods` of equal size. The later one ends with the record."""

    test: str
    later: str
    rows: int
    periods: int


def number_periods(questions: pd.DataFrame, cut: Cut) -> np.ndarray:
    """The period of each question by `created`, from 1; the last but one is the test, the last one comes after; 0: too
    early for any."""
    created = questions["created"]
    periods = np.zeros(len(questions), np.int64)
    early = np.flatnonzero(created < pd.Timestamp(cut.test, tz="UTC"))
    order = early[np.lexsort((questions["question_id"].to_numpy()[early], created.to_numpy()[early]))]
    for number, part in enumerate(np.array_split(order[-cut.rows :], cut.periods), 1):
        periods[part] = number
    periods[created >= pd.Timestamp(cut.test, tz="UTC")] = cut.periods + 1
    periods[created >= pd.Timestamp(cut.later, tz="UTC")] = cut.periods + 2
    return periods


def write_periods(clean: Path, out: Path, cut: Cut) -> pd.DataFrame:
    """One file for each period, none other; returns their period, questions, first and last `created`."""
    questions = read_months(clean, list_months(clean))
    questions = questions.assign(period=number_periods(questions, cut))
    questions = questions[questions["period"] > 0]
    shutil.rmtree(out, ignore_errors=True)
    for number, part in questions.groupby("period"):
        write_table(out / f"{number:02d}.parquet", make_table(part, CLEAN))
    found = questions.groupby("period")["created"].agg(["count", "min", "max"]).reset_index()
    return found.set_axis(["period", "questions", "first", "last"], axis=1)
