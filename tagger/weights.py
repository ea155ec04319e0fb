"""Pruned linear weights: features x tags, sparse, float16 on disk; scored a question at a time or a million."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from scipy.sparse import _sparsetools as loops
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
        from tagger.kernels import add_rows

        scores = np.empty((X.shape[0], len(self.intercept)), np.float32)
        add_rows(
            X.indptr, X.indices, X.data, self.coef.indptr, self.coef.indices, self.coef.data, self.intercept, scores
        )
        return scores

    def score_row(self, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
        """The scores (tags, float32) of one row, to the bit those of `score`, without its compiler.

        The rows of `coef` are copied out, multiplied, and added one after the other by scipy's own loops, called
        directly: making matrices around them takes longer than the sums.
        """
        starts = self.coef.indptr
        columns = columns.astype(starts.dtype)
        ends = np.zeros(len(columns) + 1, starts.dtype)
        np.cumsum(starts[columns + 1] - starts[columns], out=ends[1:])
        tags, products = np.empty(ends[-1], starts.dtype), np.empty(ends[-1], np.float32)
        loops.csr_row_index(len(columns), columns, starts, self.coef.indices, self.coef.data, tags, products)
        loops.csr_scale_rows(len(columns), len(self.intercept), ends, tags, products, values)
        scores: np.ndarray = self.intercept.copy()
        # Times one: where a processor multiplies and adds in one step, nothing is left to be rounded differently.
        loops.csc_matvec(len(scores), len(columns), ends, tags, products, np.ones(len(columns), np.float32), scores)
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
        indptr = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        parts = (arrays["values"].astype(np.float32), arrays["tags"].astype(np.int32), indptr)
        return cls(csr_matrix(parts, shape=(len(sizes), len(intercept))), intercept)


def prune(dense: np.ndarray, least: float) -> csr_matrix:
    """Weights of at least an absolute value, rounded to float16 so that scores are the same after saving."""
    from tagger.kernels import keep_large

    data, indices, indptr = keep_large(dense, np.float32(least))
    with np.errstate(over="ignore", invalid="ignore"):  # of weights that have diverged, which is told elsewhere
        data = data.astype(np.float16).astype(np.float32)
    return csr_matrix((data, indices, indptr), shape=dense.shape)
