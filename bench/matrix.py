"""The matrix that every method learns from, as files: read with numpy and scipy alone, which all environments have."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, load_npz, save_npz


class Matrix(NamedTuple):
    """Features (rows x columns, float32) and labels (rows x tags) to learn from and to measure on."""

    X: csr_matrix
    Y: csr_matrix
    X_valid: csr_matrix
    Y_valid: csr_matrix


def save_matrix(matrix: Matrix, folder: Path) -> None:
    """Write one file for each part."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in matrix._asdict().items():
        save_npz(folder / f"{name}.npz", part, compressed=False)


def load_matrix(folder: Path) -> Matrix:
    """Read what `save_matrix` wrote."""
    return Matrix(*(csr_matrix(load_npz(folder / f"{name}.npz")) for name in Matrix._fields))


def sample_tags(Y: csr_matrix, count: int | None) -> np.ndarray:
    """So many columns of Y, evenly over the ranks of frequency; all where no count is given."""
    tags = Y.shape[1]
    if count is None or count >= tags:
        return np.arange(tags)
    order = np.argsort(-np.asarray(Y.sum(axis=0)).ravel(), kind="stable")
    return np.sort(order[((np.arange(count) + 0.5) * tags / count).astype(int)])


def fill_scores(rows: list[list[tuple[int, float]]], tags: int, least: float) -> np.ndarray:
    """Scores (rows x tags, float32) from each row's best tags; the others get `least`."""
    scores = np.full((len(rows), tags), least, np.float32)
    for number, row in enumerate(rows):
        for tag, score in row:
            scores[number, tag] = score
    return scores
