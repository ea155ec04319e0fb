"""Optuna's search over the folds: a study that several machines may share, hopeless trials given up.

Trials are asked for `parallel` at a time and scored fold by fold, so that what is tried does not depend on how many
cores there are. Each one's sampler has a seed of its own: a study that was killed goes on as if it had not been.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tagger.engine import Engine
from tagger.errors import ParamsError
from tagger.tuning.params import Search, lower_is_better
from tagger.tuning.spaces import suggest_point
from tagger.tuning.task import OUT_OF_TIME, Task
from tagger.tuning.trials import COMPLETE, FAILED, PRUNED, Trial

if TYPE_CHECKING:
    import optuna

# A single fold is tried on this share of its training rows first, so that there is something to give up on.
FIRST_SHARE = 1 / 3
STARTUP_TRIALS = 5
Log = Callable[[int, Trial], None]


@dataclass(frozen=True)
class Step:
    """One evaluation of a trial: a fold, and a share of its training rows."""

    fold: int
    share: float = 1.0


def run_search(search: Search, task: Task, engine: Engine, storage: str, log: Log) -> list[Trial]:
    """All trials of the study, those of earlier runs and other machines too. Raises ParamsError."""
    study = open_study(task, storage)
    steps = list_steps(task, search.params.pruning)
    local = storage.startswith("sqlite:")
    waiting = [trial for trial in study.trials if trial.state.name == "RUNNING"] if local else []
    while time.time() < task.deadline:
        left = search.params.trials - sum(trial.state.is_finished() for trial in study.trials)
        asked = resume(study, waiting[: search.params.parallel]) or ask(
            study, search, min(search.params.parallel, left)
        )
        waiting = waiting[len(asked) :] if waiting else []
        if not asked:
            break
        for number in run_batch(study, asked, search, task, steps, engine):
            log(number + 1, read_trial(study.trials[number], search))
    finished = [trial for trial in study.trials if trial.state.is_finished()]
    return [read_trial(trial, search) for trial in finished[: search.params.trials]]


def open_study(task: Task, storage: str) -> "optuna.Study":
    """The study of this task, new or as it was left. Raises ParamsError."""
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        return optuna.create_study(
            study_name=f"{task.settings.model}-{task.digest}",
            storage=storage,
            direction="minimize" if lower_is_better(task.metric) else "maximize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS),
            load_if_exists=True,
        )
    except (SQLAlchemyError, ImportError, ValueError) as error:
        line = str(error).strip().splitlines()[0]
        raise ParamsError(
            f"search.storage {hide_password(storage)} cannot be opened ({hide_password(line)}): give the URL of a "
            "database that runs, or null for a file of sqlite"
        ) from error


def hide_password(url: str) -> str:
    """A URL without what stands between user and host."""
    import re

    return re.sub(r"://([^:/@]+):[^@]+@", r"://\1:...@", url)


def list_steps(task: Task, pruning: bool) -> list[Step]:
    """A trial's evaluations, in order."""
    if len(task.folds) == 1 and pruning:
        return [Step(0, FIRST_SHARE), Step(0)]
    return [Step(fold) for fold in range(len(task.folds))]


def ask(study: "optuna.Study", search: Search, count: int) -> "list[optuna.Trial]":
    """The next trials, each drawn with its own seed."""
    import optuna

    asked = []
    for _ in range(count):
        seed = search.params.seed + 1000 * len(study.trials)
        study.sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
        trial = study.ask()
        suggest_point(search.space, trial)
        asked.append(trial)
    return asked


def resume(study: "optuna.Study", left: "Sequence[optuna.trial.FrozenTrial]") -> "list[optuna.Trial]":
    """The trials that a killed run of this machine had begun."""
    import optuna

    return [optuna.Trial(study, trial._trial_id) for trial in left]


def run_batch(
    study: "optuna.Study",
    asked: "list[optuna.Trial]",
    search: Search,
    task: Task,
    steps: Sequence[Step],
    engine: Engine,
) -> list[int]:
    """Score trials step by step, all alive ones at once; returns the numbers of those that are finished."""
    import optuna

    points = [suggest_point(search.space, trial) for trial in asked]
    scores: list[list[float]] = [[] for _ in asked]
    alive = list(range(len(asked)))
    finished: list[int] = []
    for place, step in enumerate(steps):
        found = engine.map(partial(evaluate, task, step), [points[number] for number in alive], "trials")
        if OUT_OF_TIME in found:
            return finished
        for number, value in zip(list(alive), found, strict=True):
            scores[number] = [*(scores[number] if step.share == 1 and steps[place - 1].share == 1 else []), value]
            trial, mean = asked[number], float(np.mean(scores[number]))
            if not math.isnan(mean):
                trial.report(mean, place)
            pruned = search.params.pruning and place + 1 < len(steps) and trial.should_prune()
            if math.isnan(mean) or pruned or place + 1 == len(steps):
                state = "FAIL" if math.isnan(mean) else "PRUNED" if pruned else "COMPLETE"
                trial.set_user_attr("spread", float(np.std(scores[number])))
                study.tell(trial, mean if state == "COMPLETE" else None, optuna.trial.TrialState[state])
                alive.remove(number)
                finished.append(trial.number)
    return finished


def evaluate(task: Task, step: Step, values: dict[str, Any]) -> float:
    """One step of one trial."""
    if step.share == 1:
        return task.evaluate(values, step.fold)
    count = task.folds[step.fold].train.Y.shape[0]
    rows = np.linspace(0, count - 1, max(2, round(count * step.share))).astype(int)
    return task.evaluate(values, step.fold, rows)


def read_trial(trial: "optuna.trial.FrozenTrial", search: Search) -> Trial:
    """A trial as the other methods give it."""
    values = {
        name: search.space[name][value] if isinstance(search.space[name], list) else value  # type: ignore[index]
        for name, value in trial.params.items()
    }
    values = {name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in values.items()}
    state = {"COMPLETE": COMPLETE, "PRUNED": PRUNED}.get(trial.state.name, FAILED)
    last = trial.intermediate_values.get(max(trial.intermediate_values, default=0))
    return Trial(values, trial.value if state == COMPLETE else last, trial.user_attrs.get("spread"), state)
