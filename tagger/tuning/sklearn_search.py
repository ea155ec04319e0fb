"""scikit-learn's own searches over the folds: grid, random, successive halving."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV, RandomizedSearchCV

from tagger.engine import Engine
from tagger.tuning.params import Search, Space, lower_is_better
from tagger.tuning.spaces import draw_point, list_points
from tagger.tuning.task import OUT_OF_TIME, Task
from tagger.tuning.trials import COMPLETE, FAILED, PRUNED, Trial

# Of the trials of a halving, so many go on to the next round.
FACTOR = 3


class Candidate(BaseEstimator):  # type: ignore[misc]
    """Parameters as an estimator: it learns from numbers of rows, those of each fold being numbers of their own."""

    def __init__(self, task: Task, lower: bool = False, values: Mapping[str, Any] | None = None) -> None:
        self.task = task
        self.lower = lower
        self.values = values

    def fit(self, numbers: np.ndarray, y: Any = None) -> Self:  # noqa: ARG002
        self.numbers_ = numbers
        return self

    def score(self, numbers: np.ndarray, y: Any = None) -> float:  # noqa: ARG002
        starts = find_starts(self.task)
        fold = int(np.searchsorted(starts, numbers[0], side="right")) - 1
        rows = np.sort(self.numbers_ - starts[fold])
        whole = len(rows) == self.task.folds[fold].train.Y.shape[0]
        score = self.task.evaluate(self.values or {}, fold, None if whole else rows)
        return -score if self.lower and score != OUT_OF_TIME else score


class Draws:
    """A space as a distribution."""

    def __init__(self, space: Space) -> None:
        self.space = space

    def rvs(self, random_state: np.random.RandomState) -> dict[str, Any]:
        return draw_point(self.space, random_state)


def find_starts(task: Task) -> np.ndarray:
    """The number of each fold's first row: its training rows, then those that are scored."""
    sizes = [fold.train.Y.shape[0] + fold.validation.Y.shape[0] for fold in task.folds]
    return np.cumsum([0, *sizes[:-1]])


def list_splits(task: Task) -> list[tuple[np.ndarray, np.ndarray]]:
    """Training and scored rows of each fold, by number."""
    splits = []
    for fold, start in zip(task.folds, find_starts(task), strict=True):
        train, scored = fold.train.Y.shape[0], fold.validation.Y.shape[0]
        splits.append((start + np.arange(train), start + train + np.arange(scored)))
    return splits


def run_search(search: Search, task: Task, engine: Engine) -> list[Trial]:
    """Every trial, in scikit-learn's order."""
    lower = lower_is_better(task.metric)
    splits = list_splits(task)
    total = sum(len(part) for split in splits for part in split)
    estimator = Candidate(task, lower)
    common = {"cv": splits, "n_jobs": engine.jobs, "refit": False}
    random = {"random_state": search.params.seed}
    draws = {"values": Draws(search.space)}
    if search.method == "grid":
        searching = GridSearchCV(estimator, {"values": list_points(search.space)}, **common)
    elif search.method == "random":
        searching = RandomizedSearchCV(estimator, draws, n_iter=search.params.trials, **common, **random)
    else:
        searching = HalvingRandomSearchCV(
            estimator,
            draws,
            n_candidates=search.params.trials,
            factor=FACTOR,
            min_resources=max(1, total // FACTOR ** count_rounds(search.params.trials)),
            **common,
            **random,
        )
    with engine.sharing(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "One or more of the test scores are non-finite")
        warnings.filterwarnings("ignore", "invalid value encountered", RuntimeWarning)
        searching.fit(np.arange(total))
    return read_results(searching.cv_results_, len(splits), lower)


def count_rounds(trials: int) -> int:
    """How often a third of the trials go on until one is left."""
    return int(np.log(max(trials, 1)) / np.log(FACTOR))


def read_results(results: Mapping[str, Any], folds: int, lower: bool) -> list[Trial]:
    """The trials that were within the time; of a halving, those that did not reach all rows are pruned."""
    sign = -1 if lower else 1
    resources: Sequence[int] = results.get("n_resources", np.ones(len(results["params"])))
    found = []
    for number, candidate in enumerate(results["params"]):
        scores = np.array([results[f"split{fold}_test_score"][number] for fold in range(folds)])
        if np.isneginf(scores).any():
            continue
        last = resources[number] == max(resources)
        if np.isnan(scores).any():
            found.append(Trial(candidate["values"], None, None, FAILED))
        else:
            state = COMPLETE if last else PRUNED
            found.append(Trial(candidate["values"], sign * scores.mean(), scores.std(), state))
    return found
