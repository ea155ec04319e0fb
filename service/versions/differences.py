"""Whether a challenger does better than the champion: a difference of means with its interval, over callers.

One caller's clicks go together, so that callers are drawn, not clicks (Efron & Tibshirani 1993, An Introduction to the
Bootstrap, ch. 8.3 and 13; Cameron, Gelbach & Miller 2008, Rev. Econ. Stat. 90(3), on clusters).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

DRAWS = 2000
# Of each side: with fewer, an interval is a guess.
LEAST_CALLERS = 10
LEAST_VALUES = 20
# A smaller difference is not worth waiting for.
SMALLEST = 0.01
BETTER, WORSE, OPEN = "better", "worse", "cannot be told yet"
# Numbers that a block of draws may hold.
BLOCK = 2_000_000


class Difference(NamedTuple):
    """Means of both sides (NaN where one has nothing), challenger less champion, its interval of 95% (NaN with too few
    callers), and how many callers and values each side has."""

    champion: float
    challenger: float
    change: float
    low: float
    high: float
    callers: tuple[int, int]
    values: tuple[int, int]


def find_difference(callers: np.ndarray, sides: np.ndarray, values: np.ndarray, seed: int = 0) -> Difference:
    """One entry for each value: whose it is (an integer), 0 for the champion and 1 for the challenger, how good.

    Where both were measured on the same question, put both in: the caller is drawn with both, which pairs them. The
    percentile interval is widened for few callers, of the side that has fewer, by Student's t.
    """
    totals, counts = sum_by_caller(callers, sides, values)
    there = (counts > 0).sum(axis=0)
    size = counts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        means = totals.sum(axis=0) / size
    change = float(means[1] - means[0])
    low = high = np.nan
    if there.min() >= LEAST_CALLERS and size.min() >= LEAST_VALUES:
        drawn = np.concatenate(list(draw_changes(totals, counts, seed)))
        width = widen(int(there.min()))
        low, high = change + width * (np.quantile(drawn[~np.isnan(drawn)], [0.025, 0.975]) - change)
    pairs = (int(there[0]), int(there[1])), (int(size[0]), int(size[1]))
    return Difference(float(means[0]), float(means[1]), change, float(low), float(high), *pairs)


def sum_by_caller(callers: np.ndarray, sides: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums and numbers of the values (callers x sides)."""
    known, rows = np.unique(callers, return_inverse=True)
    cells = rows * 2 + sides.astype(np.int64)
    totals = np.bincount(cells, values, minlength=2 * len(known)).reshape(-1, 2)
    counts = np.bincount(cells, minlength=2 * len(known)).reshape(-1, 2)
    return totals, counts.astype(np.float64)


def draw_changes(totals: np.ndarray, counts: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """The change when as many callers are drawn with replacement; NaN where a side gets none."""
    rng = np.random.default_rng(seed)
    callers = len(totals)
    at_once = max(1, BLOCK // callers)
    for start in range(0, DRAWS, at_once):
        rows = min(at_once, DRAWS - start)
        cells = rng.integers(callers, size=(rows, callers)) + callers * np.arange(rows)[:, None]
        often = np.bincount(cells.ravel(), minlength=rows * callers).reshape(rows, callers).astype(np.float64)
        with np.errstate(invalid="ignore"):
            means = (often @ totals) / (often @ counts)
        yield means[:, 1] - means[:, 0]


def widen(callers: int) -> float:
    """By how much an interval from so few callers is too narrow: the draws know neither their own mean nor Student."""
    from scipy.special import stdtrit

    return float(stdtrit(callers - 1, 0.975) / 1.96 * np.sqrt(callers / (callers - 1)))


def judge(difference: Difference) -> str:
    """The verdict on the challenger, where more is better."""
    if difference.low > 0:
        return BETTER
    return WORSE if difference.high < 0 else OPEN


def count_missing(difference: Difference) -> int | None:
    """About how many more values would tell a difference such as the one seen; None where too few callers spoke yet.

    An interval narrows with the root of their number.
    """
    if np.isnan(difference.low):
        return None
    half = (difference.high - difference.low) / 2
    wanted = max(abs(difference.change), SMALLEST)
    size = sum(difference.values)
    return max(0, int(np.ceil(size * (half / wanted) ** 2 - size)))
