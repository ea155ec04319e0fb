"""The tags of the questions most alike: a member of `blend`."""

from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numba import njit
from pydantic import Field
from scipy.sparse import csc_matrix, csr_matrix

from tagger.engine import Engine
from tagger.io import read_arrays, write_arrays
from tagger.models.base import Examples, Inputs
from tagger.models.base import Model as BaseModel
from tagger.params import Section

ROWS_PER_TASK = 256


class Params(Section):
    """`neighbors` nearest by the product of the features; a term in more than `max_df` of the questions is no sign."""

    neighbors: int = Field(default=50, ge=1)
    max_df: float = Field(default=0.05, gt=0, le=1)


class Model(BaseModel):
    """A tag's score is its share among the nearest questions, each weighted by its similarity.

    `columns_` (features x questions) and `labels_` (questions x tags) are the training questions.
    """

    params: Params
    columns_: csr_matrix
    labels_: csr_matrix

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:  # noqa: ARG002
        X = csc_matrix(inputs.X)
        frequent = np.diff(X.indptr) > max(self.params.max_df * X.shape[0], 50)
        X.data[np.repeat(frequent, np.diff(X.indptr))] = 0
        X.eliminate_zeros()
        X.data = X.data.astype(np.float16).astype(np.float32)
        self.columns_, self.labels_ = X.T.tocsr(), Y
        return self

    def scores(self, inputs: Inputs) -> np.ndarray:
        X = inputs.X
        nearest = min(self.params.neighbors, self.columns_.shape[1])
        scores = np.zeros((X.shape[0], self.labels_.shape[1]), np.float32)
        index = Index(self.columns_.indptr, self.columns_.indices, self.columns_.data, self.columns_.shape[1])
        labels = Labels(self.labels_.indptr, self.labels_.indices)
        for start in range(0, X.shape[0], ROWS_PER_TASK):
            rows = X[start : start + ROWS_PER_TASK]
            vote(rows.indptr, rows.indices, rows.data, index, labels, nearest, scores[start : start + ROWS_PER_TASK])
        return scores

    def save(self, folder: Path) -> None:
        matrices = {"columns": self.columns_, "labels": self.labels_}
        arrays = {f"{name}.{part}": getattr(matrix, part) for name, matrix in matrices.items() for part in PARTS}
        arrays["columns.data"] = arrays["columns.data"].astype(np.float16)
        shapes = {f"{name}.shape": np.array(matrix.shape) for name, matrix in matrices.items()}
        write_arrays(folder / "neighbors.npz", arrays | shapes)

    def load(self, folder: Path) -> Self:
        arrays = read_arrays(folder / "neighbors.npz")
        arrays["columns.data"] = arrays["columns.data"].astype(np.float32)
        self.columns_, self.labels_ = (
            csr_matrix(tuple(arrays[f"{name}.{part}"] for part in PARTS), shape=tuple(arrays[f"{name}.shape"]))
            for name in ("columns", "labels")
        )
        return self


PARTS = ("data", "indices", "indptr")


class Index(NamedTuple):
    """Of each feature the training questions that have it, and how many questions there are."""

    indptr: np.ndarray
    questions: np.ndarray
    values: np.ndarray
    size: int


class Labels(NamedTuple):
    """The tags of each training question."""

    indptr: np.ndarray
    tags: np.ndarray


@njit(cache=True, nogil=True)
def vote(
    indptr: np.ndarray,
    features: np.ndarray,
    values: np.ndarray,
    index: Index,
    labels: Labels,
    nearest: int,
    scores: np.ndarray,
) -> None:
    """Add up, for each row, the similarities of its nearest training questions by tag; each row's sum is at most 1."""
    for row in range(len(indptr) - 1):
        alike = np.zeros(index.size, np.float32)
        for position in range(indptr[row], indptr[row + 1]):
            feature, value = features[position], values[position]
            for entry in range(index.indptr[feature], index.indptr[feature + 1]):
                alike[index.questions[entry]] += value * index.values[entry]
        order = find_largest(alike, nearest)
        total = np.float32(1e-6)
        for question in order:
            total += alike[question]
        for question in order:
            for entry in range(labels.indptr[question], labels.indptr[question + 1]):
                scores[row, labels.tags[entry]] += alike[question] / total


@njit(cache=True, nogil=True)
def find_largest(values: np.ndarray, most: int) -> np.ndarray:
    """Places of the largest values, in order of place; of equal ones the first."""
    least = np.partition(values, len(values) - most)[len(values) - most]
    above = np.flatnonzero(values > least)
    equal = np.flatnonzero(values == least)
    return np.sort(np.concatenate((above, equal[: most - len(above)])))
