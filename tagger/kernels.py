"""Loops over weights, compiled by numba. Weights of one question need none of them, nor wait for their compiler."""

import numpy as np
from numba import njit


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
