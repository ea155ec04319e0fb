"""One search's task: the folds that every trial is scored on, and a trial's scores, kept so that a killed search goes
on where it was."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tagger.digest import digest_values
from tagger.errors import ModelError
from tagger.io import write_text
from tagger.prepared import Prepared, score_fold
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

    def evaluate(self, values: Mapping[str, Any], number: int, share: float = 1.0) -> float:
        """The metric on one fold, learned from a share of its training rows; not a number where the model cannot be
        trained so, OUT_OF_TIME after the deadline."""
        if time.time() > self.deadline:
            return OUT_OF_TIME
        # A file for each score: many processes write here at once.
        kept = self.cache / self.digest / digest_values([sorted(values.items()), number, share])
        if not kept.exists():
            write_text(kept, repr(self.score(values, number, share)))
        return float(kept.read_text(encoding="utf-8"))

    def score(self, values: Mapping[str, Any], number: int, share: float) -> float:
        """The same, anew."""
        settings = replace(self.settings, model_params=nest(values, self.settings.model_params))
        fold = self.folds[number]
        try:
            scores = score_fold(settings, self.tags, fold, share)
        except ModelError:
            return float("nan")
        return judge(fold.validation.Y, scores, self.metric)
