"""One search's task: the folds that every trial is scored on, and a trial's scores, kept so that a killed search goes
on where it was."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Memory

from tagger.errors import ModelError
from tagger.models.base import Examples
from tagger.prepared import Prepared, score_fold, take_rows
from tagger.tagger import Settings
from tagger.tuning.params import nest
from tagger.tuning.trials import judge

OUT_OF_TIME = float("-inf")


@dataclass(frozen=True)
class Task:
    """`digest` names data, code and settings: a trial's score is found again under it, in `cache`; `deadline` is in
    seconds since the epoch."""

    settings: Settings
    tags: list[str]
    folds: Sequence[Prepared]
    metric: str
    digest: str
    cache: Path
    deadline: float = float("inf")

    def __deepcopy__(self, memo: Any) -> "Task":
        return self  # scikit-learn copies an estimator's parameters for every trial

    def evaluate(self, values: Mapping[str, Any], number: int, rows: np.ndarray | None = None) -> float:
        """The metric on one fold, learned from all of its training rows or some; not a number where the model cannot
        be trained so, OUT_OF_TIME after the deadline."""
        if time.time() > self.deadline:
            return OUT_OF_TIME
        remembered = Memory(self.cache, verbose=0).cache(score_trial, ignore=["task"])
        return float(remembered(self.digest, dict(values), number, rows, self))


def score_trial(digest: str, values: dict[str, Any], number: int, rows: np.ndarray | None, task: Task) -> float:  # noqa: ARG001
    """What `Task.evaluate` keeps; `digest` stands for what is not among its arguments."""
    settings = replace(task.settings, model_params=nest(values, task.settings.model_params))
    fold = task.folds[number]
    train = fold.train if rows is None else take_rows(fold.train, rows)
    validation: Examples = fold.validation
    try:
        scores = score_fold(settings, task.tags, Prepared(train, validation, fold.rows))
    except ModelError:
        return float("nan")
    return judge(validation.Y, scores, task.metric)
