"""The search that a strategy or a person asks for: what it costs is told first, the best trial is chosen."""

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from tagger.cost import Meter
from tagger.engine import Engine
from tagger.errors import ParamsError
from tagger.metrics import lower_is_better
from tagger.tuning.params import Search, nest
from tagger.tuning.spaces import list_points
from tagger.tuning.task import Task
from tagger.tuning.trials import COMPLETE, FAILED, Log, Trial, find_best


def count_trials(search: Search) -> int:
    """Trials of a search, the parameters of params.yaml among them."""
    if search.method == "none":
        return 0
    return 1 + (len(list_points(search.space)) if search.method == "grid" else search.params.trials)


def tune(search: Search, task: Task, engine: Engine, storage: str, meter: Meter, log: Log) -> list[Trial]:
    """All trials, the parameters of params.yaml first. Raises ParamsError, CostError."""
    if not search.space:
        raise ParamsError(
            f"params.yaml: spaces.{task.settings.model} is empty, so that there is nothing to search: give it a range, "
            "or set search.method to none"
        )
    start = time.monotonic()
    trials = [try_default(task, engine)]
    log(0, trials[0])
    meter.expect(estimate_rest(search, task, engine, time.monotonic() - start), f"1 of {count_trials(search)} trials")
    task = replace(task, deadline=time.time() + 60 * (search.params.minutes or math.inf))
    trials += search_methods(search, task, engine, storage, log)
    if time.time() > task.deadline:
        meter.tell(f"search.minutes ({search.params.minutes:g}) are over after {len(trials)} trials")
    return trials


def estimate_rest(search: Search, task: Task, engine: Engine, seconds: float) -> float:
    """Seconds for all other trials, where the first one took so many."""
    at_once = engine.jobs if search.method != "optuna" else min(engine.jobs, search.params.parallel)
    work = seconds * min(engine.jobs, len(task.folds)) * (count_trials(search) - 1)
    return min(work / at_once, 60 * (search.params.minutes or math.inf))


def search_methods(search: Search, task: Task, engine: Engine, storage: str, log: Log) -> list[Trial]:
    """The trials of the method chosen; a method's libraries are imported where it is."""
    if search.method == "optuna":
        from tagger.tuning import optuna_search

        return optuna_search.run_search(search, task, engine, storage, log)
    from tagger.tuning import sklearn_search

    found = sklearn_search.run_search(search, task, engine)
    for number, trial in enumerate(found, 1):
        log(number, trial)
    return found


def try_default(task: Task, engine: Engine) -> Trial:
    """The parameters of params.yaml."""
    scores = engine.map(partial(task.evaluate, {}), range(len(task.folds)), "folds")
    if np.isnan(scores).any():
        return Trial({}, None, None, FAILED)
    return Trial({}, float(np.mean(scores)), float(np.std(scores)), COMPLETE)


def take_best(task: Task, trials: Sequence[Trial]) -> dict[str, Any]:
    """The model's parameters with those of the best trial."""
    best = trials[find_best(trials, lower_is_better(task.metric))]
    return nest(best.params, task.settings.model_params)
