"""Shares of the questions, a month against others: exact tests for tags, words, languages, suggestions."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

EVIDENCE = ("name", "before", "now", "share", "p", "least")


def compare_counts(
    names: Sequence[str], counts: Iterable[np.ndarray], sizes: Sequence[int | np.ndarray]
) -> pd.DataFrame:
    """Columns EVIDENCE, one row per name: its share of the questions in both, how far they are apart, the two-sided
    exact p and the least p that its total allows (see evidence.adjust).

    `counts`: the questions before and now that have it, of `sizes` questions (the same for all names, or not). Where
    nothing has changed, how many of its questions fall into the month is hypergeometric: Fisher's test, the smaller
    tail doubled.
    """
    past, now = counts
    cases = np.column_stack(np.broadcast_arrays(past, now, *sizes))
    distinct, place = np.unique(cases, axis=0, return_inverse=True)
    p, least = test_counts(*distinct.T)
    before, after = (part / np.maximum(size, 1) for part, size in zip((past, now), sizes, strict=True))
    columns = (list(names), before, after, np.abs(after - before), p[place.ravel()], least[place.ravel()])
    return pd.DataFrame(dict(zip(EVIDENCE, columns, strict=True)))


def test_counts(
    past: np.ndarray, now: np.ndarray, before: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Two-sided p of each, and the least p that its total allows."""
    total, everywhere = past + now, before + size
    lower, upper = hypergeom.cdf(now, everywhere, total, size), hypergeom.sf(now - 1, everywhere, total, size)
    fewest, most = np.maximum(0, total - before), np.minimum(total, size)
    rarest = np.minimum(*(hypergeom.pmf(end, everywhere, total, size) for end in (fewest, most)))
    return np.minimum(1, 2 * np.minimum(lower, upper)), np.minimum(1, 2 * rarest)


def count_names(lists: Sequence[Sequence[str]], names: Sequence[str]) -> np.ndarray:
    """In how many of the lists each name is; a list has a name once."""
    place = {name: number for number, name in enumerate(names)}
    found = [place[name] for names_ in lists for name in names_ if name in place]
    return np.bincount(np.array(found, dtype=np.int64), minlength=len(names))


def list_names(*groups: Sequence[Sequence[str]]) -> list[str]:
    """All names in some lists of lists, sorted."""
    return sorted({name for lists in groups for names in lists for name in names})
