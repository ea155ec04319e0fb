"""A space of parameters as scikit-learn and Optuna want it."""

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from tagger.tuning.params import POINTS, Range, Space

if TYPE_CHECKING:
    from optuna import Trial


def list_points(space: Space) -> list[dict[str, Any]]:
    """Every combination: of a list its choices, of a range its ends and the middle."""
    return [dict(zip(space, values, strict=True)) for values in product(*map(list_values, space.values()))]


def list_values(dimension: Range | list[Any]) -> list[Any]:
    """The values of one dimension in a grid."""
    if isinstance(dimension, list):
        return dimension
    spread = np.geomspace if dimension.log else np.linspace
    values = spread(dimension.low, dimension.high, POINTS)
    return (
        sorted({round(value) for value in values}) if dimension.whole else [float(f"{value:.6g}") for value in values]
    )


def draw_point(space: Space, random: np.random.RandomState) -> dict[str, Any]:
    """One combination by chance."""
    return {name: draw_value(dimension, random) for name, dimension in space.items()}


def draw_value(dimension: Range | list[Any], random: np.random.RandomState) -> Any:
    """One value by chance, evenly over a list or a range."""
    if isinstance(dimension, list):
        return dimension[random.randint(len(dimension))]
    low, high = float(dimension.low), float(dimension.high) + dimension.whole
    value = float(np.exp(random.uniform(np.log(low), np.log(high)))) if dimension.log else random.uniform(low, high)
    return min(int(value), int(dimension.high)) if dimension.whole else float(f"{value:.6g}")


def suggest_point(space: Space, trial: "Trial") -> dict[str, Any]:
    """The combination that Optuna wants to try."""
    return {name: suggest_value(name, dimension, trial) for name, dimension in space.items()}


def suggest_value(name: str, dimension: Range | list[Any], trial: "Trial") -> Any:
    """Lists lie in Optuna's storage by number, so that a choice may be of any type."""
    if isinstance(dimension, list):
        return dimension[trial.suggest_categorical(name, list(range(len(dimension))))]
    if dimension.whole:
        return trial.suggest_int(name, int(dimension.low), int(dimension.high), log=dimension.log)
    return float(f"{trial.suggest_float(name, dimension.low, dimension.high, log=dimension.log):.6g}")
