"""scikit-learn's own searches over the folds: grid, random, successive halving."""

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV, RandomizedSearchCV

from tagger.engine import Engine
from tagger.metrics import lower_is_better
from tagger.tuning.params import Search, Space
from tagger.tuning.spaces import draw_point, list_points
from tagger.tuning.task import OUT_OF_TIME, Task
from tagger.tuning.trials import COMPLETE, FAILED, PRUNED, Trial

# Of the trials of a halving, so many go on to the next round.
FACTOR = 3


class Candidate(BaseEstimator):  # type: ignore[misc]
    """Parameters as an estimator. What it is given to learn from and to score is the number of a fold, so that no
    rows travel; `parts` of `whole` are the share of the fold's training rows."""

    def __init__(
        self, task: Task, lower: bool = False, values: Mapping[str, Any] | None = None, parts: int = 1, whole: int = 1
    ) -> None:
        self.task = task
        self.lower = lower
        self.values = values
        self.parts = parts
        self.whole = whole

    def fit(self, folds: Sequence[int], y: Any = None) -> Self:  # noqa: ARG002
        return self

    def score(self, folds: Sequence[int], y: Any = None) -> float:  # noqa: ARG002
        score = self.task.evaluate(self.values or {}, int(folds[0]), self.parts / self.whole)
        return -score if self.lower and score != OUT_OF_TIME else score


class Draws:
    """A space as a distribution."""

    def __init__(self, space: Space) -> None:
        self.space = space

    def rvs(self, random_state: np.random.RandomState) -> dict[str, Any]:
        return draw_point(self.space, random_state)


def run_search(search: Search, task: Task, engine: Engine) -> list[Trial]:
    """Every trial, in scikit-learn's order."""
    folds = list(range(len(task.folds)))
    lower = lower_is_better(task.metric)
    searching = make_search(search, Candidate(task, lower), [([fold], [fold]) for fold in folds], engine.jobs)
    with engine.sharing(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "One or more of the test scores are non-finite")
        warnings.filterwarnings("ignore", "invalid value encountered", RuntimeWarning)
        searching.fit(folds)
    return read_results(searching.cv_results_, len(folds), lower)


def make_search(search: Search, estimator: Candidate, splits: list[tuple[list[int], list[int]]], jobs: int) -> Any:
    """scikit-learn's search of a method, unfitted."""
    common = {"cv": splits, "n_jobs": jobs, "refit": False, "error_score": "raise"}
    random = {"random_state": search.params.seed}
    draws = {"values": Draws(search.space)}
    trials = search.params.trials
    if search.method == "grid":
        return GridSearchCV(estimator, {"values": list_points(search.space)}, **common)
    if search.method == "random":
        return RandomizedSearchCV(estimator, draws, n_iter=trials, **common, **random)
    whole = FACTOR ** count_rounds(trials)
    return HalvingRandomSearchCV(
        estimator.set_params(whole=whole),
        draws,
        n_candidates=trials,
        factor=FACTOR,
        resource="parts",
        min_resources=1,
        max_resources=whole + 1,  # not reached; scikit-learn takes a logarithm of it, that of 243 being 4.99...
        return_train_score=False,
        **common,
        **random,
    )


def count_rounds(trials: int) -> int:
    """How often a third of the trials go on, to three times as many rows, until one or two are left."""
    return math.floor(math.log(trials, FACTOR))


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
