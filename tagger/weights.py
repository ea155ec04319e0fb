"""Pruned linear weights: features x tags, sparse, float16 on disk; scored a question at a time or a million."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix, hstack


class Weights:
    """`coef` (features x tags, float32 values that float16 holds) and `intercept` (tags, float32)."""

    def __init__(self, coef: csr_matrix, intercept: np.ndarray) -> None:
        self.coef = coef
        self.intercept = intercept

    @classmethod
    def pruned(cls, parts: Sequence[tuple[csr_matrix, np.ndarray]]) -> Self:
        """The weights of all tags from those of some tags at a time."""
        coef = hstack([coef for coef, _ in parts], format="csr", dtype=np.float32)
        coef.sort_indices()
        return cls(coef, np.concatenate([intercept for _, intercept in parts]).astype(np.float32))

    def take(self, tags: np.ndarray) -> "Weights":
        """Some of the tags, in this order."""
        coef = self.coef[:, tags]
        coef.sort_indices()
        return Weights(coef, self.intercept[tags])

    def score(self, X: csr_matrix) -> np.ndarray:
        """X @ coef + intercept (rows x tags, float32); a row's sums do not depend on the other rows."""
        scores = np.empty((X.shape[0], len(self.intercept)), np.float32)
        add_rows(
            X.indptr, X.indices, X.data, self.coef.indptr, self.coef.indices, self.coef.data, self.intercept, scores
        )
        return scores

    def as_arrays(self) -> dict[str, np.ndarray]:
        """Arrays to save; `from_arrays` reads them."""
        numbers = np.uint16 if self.coef.shape[1] <= np.iinfo(np.uint16).max else np.int32
        return {
            "values": self.coef.data.astype(np.float16),
            "tags": self.coef.indices.astype(numbers),
            "sizes": np.diff(self.coef.indptr).astype(np.int32),
            "intercept": self.intercept,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """The weights that `as_arrays` packed."""
        intercept, sizes = arrays["intercept"], arrays["sizes"]
        parts = (arrays["values"].astype(np.float32), arrays["tags"].astype(np.int32), np.cumsum([0, *sizes.tolist()]))
        return cls(csr_matrix(parts, shape=(len(sizes), len(intercept))), intercept)


def prune(dense: np.ndarray, least: float) -> csr_matrix:
    """Weights of at least an absolute value, rounded to float16 so that scores are the same after saving."""
    data, indices, indptr = keep_large(dense, np.float32(least))
    with np.errstate(over="ignore", invalid="ignore"):  # of weights that have diverged, which is told elsewhere
        data = data.astype(np.float16).astype(np.float32)
    return csr_matrix((data, indices, indptr), shape=dense.shape)


@njit(cache=True, nogil=True)
def keep_large(dense: np.ndarray, least: np.float32) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Data, indices and indptr of the values of at least an absolute value, without zeros."""
    indptr = np.zeros(len(dense) + 1, np.int32)
    for row in range(len(dense)):
        kept = 0
        for column in range(dense.shape[1]):
            kept += dense[row, column] != 0 and abs(dense[row, column]) >= least
        indptr[row + 1] = indptr[row] + kept
    data, indices = np.empty(indptr[-1], np.float32), np.empty(indptr[-1], np.int32)
    for row in range(len(dense)):
        place = indptr[row]
        for column in range(dense.shape[1]):
            if dense[row, column] != 0 and abs(dense[row, column]) >= least:
                data[place], indices[place] = dense[row, column], column
                place += 1
    return data, indices, indptr


@njit(cache=True, nogil=True)
def add_rows(
    indptr: np.ndarray,
    indices: np.ndarray,
    data: np.ndarray,
    starts: np.ndarray,
    tags: np.ndarray,
    values: np.ndarray,
    intercept: np.ndarray,
    scores: np.ndarray,
) -> None:
    """scores = X @ coef + intercept, one product after the other."""
    for row in range(len(indptr) - 1):
        scores[row] = intercept
        for position in range(indptr[row], indptr[row + 1]):
            value, feature = data[position], indices[position]
            for entry in range(starts[feature], starts[feature + 1]):
                scores[row, tags[entry]] += value * values[entry]
