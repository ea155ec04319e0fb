"""Whether two sets of questions can be told apart by their words: a domain classifier, cross-fitted.

Each question is scored by a classifier that has not seen it, so that an AUC above .5 means a difference (Lopez-Paz and
Oquab, ICLR 2017, arXiv 1610.06545, with cross-fitting in the place of one split in two).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack
from scipy.stats import norm, rankdata
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

FOLDS = 5
C = 1.0
# What a question of one fold and one of another have in common counts twice: when either fold is scored by what was
# learned from the other. For a linear classifier with strong regularization both are the same number, which doubles the
# variance of their sum where nothing differs.
TWICE = 2


@dataclass(frozen=True)
class Apart:
    """`auc` with its 95% interval, `p` of no difference, and the log odds (rows) of being of the second set, of all
    rows, those of the first set first."""

    auc: float
    low: float
    high: float
    p: float
    scores: np.ndarray


def tell_apart(first: csr_matrix, second: csr_matrix, seed: int) -> Apart:
    """Rows of word counts (questions x words, the same words) of both, each of at least FOLDS rows.

    p is that of permuting the cross-fitted scores within each fold, whose rank sum is normal with the moments of
    Mann and Whitney (1947), its variance times TWICE; levels far below 1/1000 would need too many permutations. The
    interval is DeLong's (1988), so widened, too. Without a word nothing can be told.
    """
    y = np.repeat([0, 1], [first.shape[0], second.shape[0]])
    if not first.shape[1]:
        return Apart(0.5, 0.0, 1.0, 1.0, np.zeros(len(y)))
    X = TfidfTransformer(sublinear_tf=True).fit_transform(vstack([first, second], "csr").astype(np.float64))
    scores, fold = np.zeros(len(y)), np.zeros(len(y), dtype=int)
    for number, (train, test) in enumerate(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(X, y)):
        model = LogisticRegression(C=C, solver="liblinear", random_state=seed).fit(X[train], y[train])
        scores[test], fold[test] = model.decision_function(X[test]), number
    parts = [rank_fold(scores[fold == number], y[fold == number]) for number in range(FOLDS)]
    auc, weights, variance, excess, spread = np.array(parts).T
    mean = float(np.average(auc, weights=weights))
    error = float(np.sqrt(TWICE * (variance * weights**2).sum()) / weights.sum())
    p = float(norm.sf(excess.sum() / np.sqrt(TWICE * spread.sum()))) if spread.sum() else 1.0
    return Apart(mean, max(0.0, mean - 1.96 * error), min(1.0, mean + 1.96 * error), p, scores)


def rank_fold(scores: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float, float]:
    """Of one fold: AUC, its weight (pairs), DeLong's variance, the rank sum's excess over chance and its variance
    where the labels are permuted."""
    positive, negative = scores[y == 1], scores[y == 0]
    m, n = len(positive), len(negative)
    ranks = rankdata(scores)
    own = rankdata(positive), rankdata(negative)
    above, below = (ranks[y == 1] - own[0]) / n, 1 - (ranks[y == 0] - own[1]) / m
    variance = (above.var(ddof=1) / m if m > 1 else 0.0) + (below.var(ddof=1) / n if n > 1 else 0.0)
    excess = ranks[y == 1].sum() - m * (m + n + 1) / 2
    return float(above.mean()), m * n, variance, excess, m * n / (m + n) * ranks.var(ddof=1) if m + n > 1 else 0.0
