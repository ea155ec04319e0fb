"""Tag by tag, which of two sets of predictions is right more often: exact McNemar tests, corrected for their number."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from tagger.comparison import BETTER, SAME, WORSE, Outcome
from tagger.metrics import count_by_tag

LEVEL = 0.05
UNTESTED = "not tested"
# With fewer questions on which the two differ, not even all of them one way give p <= LEVEL: 2 * 0.5**5 = 0.0625.
LEAST = 6


def compare_tags(first: Outcome, second: Outcome, tags: Sequence[str]) -> pd.DataFrame:
    """One row per tag: tag, true, f1 of both, questions that only one is right about, p, p_adjusted and verdict.

    p is McNemar's, exact (1947, Psychometrika 12); p_adjusted Benjamini and Hochberg's (1995) over the tags with at
    least LEAST such questions, NaN for others: the test is conditional on their number, so leaving those out is fair
    (Tarone 1990, Biometrics 46). The verdict is on the second, at a false discovery rate of LEVEL. Sorted by p.
    """
    one, other = (count_by_tag(outcome.Y, outcome.predicted) for outcome in (first, second))
    first_only, second_only = count_discordant(first, second)
    p = find_p(first_only, second_only)
    adjusted = adjust(p, first_only + second_only >= LEAST)
    figures = {"true": second.Y.getnnz(axis=0), "f1_first": one["f1"], "f1_second": other["f1"]}
    counts = {"only_first_right": first_only, "only_second_right": second_only}
    table = pd.DataFrame({"tag": list(tags)} | figures | counts | {"p": p, "p_adjusted": adjusted})
    table["verdict"] = judge_tags(table)
    return table.sort_values(["p", "tag"], ignore_index=True)


def count_discordant(first: Outcome, second: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """By tag, the questions that only the first is right about, and only the second."""
    one, other = (find_wrong(outcome) for outcome in (first, second))
    both = count(one.multiply(other))
    return count(other) - both, count(one) - both


def find_wrong(outcome: Outcome) -> csr_matrix:
    """Pairs of question and tag that are true and not suggested, or the other way round."""
    return (outcome.predicted != outcome.Y).astype(np.int64)


def count(matrix: csr_matrix) -> np.ndarray:
    """Sum of each column."""
    return np.asarray(matrix.sum(axis=0), dtype=np.int64).ravel()


def find_p(first_only: np.ndarray, second_only: np.ndarray) -> np.ndarray:
    """Two-sided exact p for each pair of counts; 1 where the two never differ."""
    from scipy.stats import binomtest

    smaller, total = np.minimum(first_only, second_only), first_only + second_only
    pairs, places = np.unique(np.column_stack([smaller, total]), axis=0, return_inverse=True)
    p = [binomtest(int(k), int(n)).pvalue if n else 1.0 for k, n in pairs]
    return np.array(p)[places.ravel()]


def adjust(p: np.ndarray, tested: np.ndarray) -> np.ndarray:
    """Benjamini and Hochberg's p over those that were tested, NaN for the others."""
    from scipy.stats import false_discovery_control

    adjusted = np.full(len(p), np.nan)
    if tested.any():
        adjusted[tested] = false_discovery_control(p[tested])
    return adjusted


def judge_tags(table: pd.DataFrame) -> np.ndarray:
    """The verdict on the second, tag by tag."""
    gained = table["only_second_right"] > table["only_first_right"]
    significant = table["p_adjusted"] <= LEVEL
    cases = [table["p_adjusted"].isna(), significant & gained, significant]
    return np.select(cases, [UNTESTED, BETTER, WORSE], SAME)
