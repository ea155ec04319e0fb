"""Trials: parameters with their score, the table of all, the best as a line to type."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from tagger.metrics import DIGITS, measure
from tagger.thresholds import Rule, ThresholdParams, choose_threshold

COMPLETE, PRUNED, FAILED = "complete", "pruned", "failed"


@dataclass(frozen=True)
class Trial:
    """Parameters that were tried (those of the space; none: as in params.yaml), the mean score over the folds, its
    standard deviation, and what became of it."""

    params: Mapping[str, Any]
    score: float | None
    spread: float | None = None
    state: str = COMPLETE


# Hears of a trial by its number.
Log = Callable[[int, Trial], None]


def judge(Y: csr_matrix, scores: np.ndarray, metric: str) -> float:
    """A metric where the one threshold for all tags is the best on the same rows: for comparing trials alone."""
    rule = Rule(choose_threshold(Y, scores, ThresholdParams()))
    value = measure(Y, scores, rule.choose(scores))[metric]
    return float("nan") if value is None else value


def find_best(trials: Sequence[Trial], lower: bool) -> int:
    """The number of the best complete trial, the first of equal ones."""
    sign = 1 if lower else -1
    scores = [sign * trial.score if trial.score is not None and trial.state == COMPLETE else np.inf for trial in trials]
    return int(np.nanargmin(scores))


def tabulate_trials(trials: Sequence[Trial], names: Sequence[str], lower: bool) -> pd.DataFrame:
    """Columns trial, score, best (so far), spread, state and the parameters; an empty cell is params.yaml's value."""
    choose = min if lower else max
    rows: list[dict[str, Any]] = []
    best: float | None = None
    for number, trial in enumerate(trials):
        if trial.state == COMPLETE and trial.score is not None:
            best = trial.score if best is None else choose(best, trial.score)
        figures = {"trial": number, "score": trial.score, "best": best, "spread": trial.spread, "state": trial.state}
        rows.append(figures | {name: trial.params.get(name) for name in names})
    return pd.DataFrame(rows, columns=["trial", "score", "best", "spread", "state", *names]).round(DIGITS)


def write_line(model: str, params: Mapping[str, Any], strategy: str) -> str:
    """What a person types to train with the best parameters and without a search."""
    chosen = [f"-S models.{model}.{name}={format_value(value)}" for name, value in params.items()]
    return " ".join(["dvc exp run", f"-S model={model}", f"-S strategy={strategy}", "-S search.method=none", *chosen])


def format_value(value: Any) -> str:
    """As DVC reads it back, and a shell leaves it."""
    return value if isinstance(value, str) else shlex.quote(json.dumps(value))
