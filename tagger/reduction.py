"""Few columns for trees out of many sparse ones: latent components of all features, and the features that tell a tag.

A tree that may only look at components has to cut a tag out of mixtures of words; beside them it gets some columns of
X as they are, chosen by the chi-squared statistic (Yang and Pedersen, 1997), where one word often tells the tag.
"""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from scipy.sparse import csr_matrix

TAGS_AT_ONCE = 64


def fit_components(X: csr_matrix, count: int, seed: int) -> np.ndarray:
    """The first singular vectors of X (components x features, float32); fewer where X has fewer columns."""
    from sklearn.decomposition import TruncatedSVD

    count = min(count, X.shape[1] - 1)
    if count < 1:
        return np.zeros((0, X.shape[1]), dtype=np.float32)
    components: np.ndarray = TruncatedSVD(count, random_state=seed).fit(X).components_.astype(np.float32)
    return components


def project(X: csr_matrix, components: np.ndarray) -> np.ndarray:
    """X in the space of the components (questions x components, float32)."""
    projected: np.ndarray = np.asarray(X @ components.T, dtype=np.float32)
    return projected


def find_telling(X: csr_matrix, Y: csr_matrix, weight: np.ndarray, count: int) -> list[np.ndarray]:
    """For each tag up to `count` columns of X that come more often with it than without, the most telling first."""
    occurs = csr_matrix((np.repeat(weight, np.diff(X.indptr)), X.indices, X.indptr), shape=X.shape, dtype=np.float64)
    occurs.data[X.data == 0] = 0
    frequency = np.asarray(occurs.sum(axis=0)).ravel()
    tags = csr_matrix(Y, dtype=np.float64).T.tocsr()
    size = np.asarray(tags @ weight.astype(np.float64)).ravel()
    telling: list[np.ndarray] = []
    for start in range(0, Y.shape[1], TAGS_AT_ONCE):
        part = slice(start, start + TAGS_AT_ONCE)
        together = (tags[part] @ occurs).tocsr()
        together.sort_indices()
        telling += rank_columns(together, size[part], frequency, float(weight.sum()), count)
    return telling


def rank_columns(
    together: csr_matrix, size: np.ndarray, frequency: np.ndarray, total: float, count: int
) -> list[np.ndarray]:
    """Columns by chi-squared; `together` (tags x columns) says how often both occur, `size` and `frequency` each."""
    share = np.repeat(size / total, np.diff(together.indptr))
    column = frequency[together.indices]
    surplus = np.maximum(together.data - share * column, 0)
    spread = share * (1 - share) * column * (1 - column / total)
    score = np.divide(surplus**2, spread, out=np.zeros_like(surplus), where=spread > 1e-9)
    ranked = []
    for start, end in zip(together.indptr, together.indptr[1:], strict=False):
        order = np.argsort(-score[start:end], kind="stable")[:count]
        ranked.append(together.indices[start:end][order[score[start:end][order] > 0]].astype(np.int32))
    return ranked


def take_in_turn(ranked: Sequence[np.ndarray], count: int) -> np.ndarray:
    """`count` columns for all tags together, sorted: the best of each, then the second best of each, ..."""
    chosen: dict[int, None] = {}
    for turn in zip_longest(*(columns.tolist() for columns in ranked)):
        for column in turn:
            if column is not None and len(chosen) < count:
                chosen[column] = None
    return np.array(sorted(chosen), dtype=np.int32)
