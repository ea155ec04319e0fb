"""Optuna's search over the folds: a study that several machines may share, hopeless trials given up.

Trials are asked for `parallel` at a time and scored fold by fold, so that what is tried does not depend on how many
cores there are, and a study that was killed goes on as if it had not been.
"""

import math
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tagger.engine import Engine
from tagger.tuning.params import Search
from tagger.tuning.study import Begun, Study, open_study
from tagger.tuning.task import OUT_OF_TIME, Task
from tagger.tuning.trials import COMPLETE, FAILED, PRUNED, Log, Trial

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

# A single fold is tried on this share of its training rows first, so that there is something to give up on.
FIRST_SHARE = 1 / 3
SECONDS_BETWEEN_LOOKS = 1
# Of a trial: how many steps it was let through.
PASSED = "passed"


@dataclass(frozen=True)
class Step:
    """One evaluation of a trial: a fold, and a share of its training rows."""

    fold: int
    share: float = 1.0


def run_search(search: Search, task: Task, engine: Engine, storage: str, log: Log) -> list[Trial]:
    """All trials of the study, those of earlier runs and other machines too. Raises ParamsError."""
    steps = list_steps(task, search.params.pruning)
    heard: set[int] = set()
    with open_study(search, task, storage) as study:
        while not study.is_done() and time.time() < task.deadline:
            batch = study.begin()
            with study.at_work(batch):
                run_batch(study, batch, task, steps, engine)
            tell_ended(study, heard, log)
            if not batch:  # others are at the last ones
                time.sleep(SECONDS_BETWEEN_LOOKS)
        tell_ended(study, heard, log)
        return [read_trial(trial, search) for trial in study.list_trials() if trial.state.is_finished()]


def list_steps(task: Task, pruning: bool) -> list[Step]:
    """A trial's evaluations, in order."""
    if len(task.folds) == 1 and pruning:
        return [Step(0, FIRST_SHARE), Step(0)]
    return [Step(fold) for fold in range(len(task.folds))]


def run_batch(study: Study, batch: Sequence[Begun], task: Task, steps: Sequence[Step], engine: Engine) -> None:
    """Score trials step by step, all that are still hopeful at once; out of time they are left for a later run."""
    hopeful = [Score(study, begun) for begun in batch]
    for place, step in enumerate(steps):
        values = [score.begun.values for score in hopeful]
        found = engine.map(partial(evaluate, task, step), values, "trials") if values else []
        if OUT_OF_TIME in found:
            return
        last = place + 1 == len(steps)
        hopeful = [
            score for score, value in zip(hopeful, found, strict=True) if score.goes_on(place, step, value, last)
        ]


def evaluate(task: Task, step: Step, values: dict[str, Any]) -> float:
    """One step of one trial."""
    return task.evaluate(values, step.fold, step.share)


@dataclass(frozen=True)
class Score:
    """A trial's scores so far, one by fold."""

    study: Study
    begun: Begun
    by_fold: list[float] = field(default_factory=list)

    def goes_on(self, place: int, step: Step, value: float, last: bool) -> bool:
        """Take in a step's score; end the trial where that was the last step or there is no hope."""
        if step.share == 1:
            self.by_fold.append(value)
        mean = float(np.mean(self.by_fold or [value]))
        if math.isnan(mean):
            self.end("FAIL", None)
        elif last:
            self.end("COMPLETE", mean)
        elif self.is_hopeless(place, mean):
            self.end("PRUNED", None)
        else:
            return True
        return False

    def is_hopeless(self, place: int, mean: float) -> bool:
        """Whether Optuna's pruner says so; what it said before a kill stands."""
        trial = self.begun.trial
        known = self.study.storage.get_trial(trial._trial_id)
        if place < known.user_attrs.get(PASSED, 0) or known.state.is_finished():
            return False
        if place not in known.intermediate_values:
            trial.report(mean, place)
        if self.study.search.params.pruning and trial.should_prune():
            return True
        trial.set_user_attr(PASSED, place + 1)
        return False

    def end(self, state: str, mean: float | None) -> None:
        """Tell the study, unless another process took the trial up and was faster."""
        import optuna

        with suppress(optuna.exceptions.UpdateFinishedTrialError):
            self.begun.trial.set_user_attr("spread", float(np.std(self.by_fold or [0.0])))
            self.study.inner.tell(self.begun.trial, mean, optuna.trial.TrialState[state])


def tell_ended(study: Study, heard: set[int], log: Log) -> None:
    """Log the trials that have ended and were not logged yet."""
    for number, trial in enumerate(study.list_trials(), 1):
        if trial.state.is_finished() and number not in heard:
            heard.add(number)
            log(number, read_trial(trial, study.search))


def read_trial(trial: "FrozenTrial", search: Search) -> Trial:
    """A trial as the other methods give it."""
    values = {
        name: search.space[name][value] if isinstance(search.space[name], list) else value  # type: ignore[index]
        for name, value in trial.params.items()
    }
    values = {name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in values.items()}
    state = {"COMPLETE": COMPLETE, "PRUNED": PRUNED}.get(trial.state.name, FAILED)
    last = trial.intermediate_values.get(max(trial.intermediate_values, default=0))
    return Trial(values, trial.value if state == COMPLETE else last, trial.user_attrs.get("spread"), state)
