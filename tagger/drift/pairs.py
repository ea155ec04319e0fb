"""Pairs of question and tag counted by probability: all that an estimate of micro-F1 needs to know of them."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from tagger.calibration import CANDIDATES
from tagger.metrics import best_entries

# Each with as many right tags, and not fewer than LEAST_RIGHT.
BINS = 20
LEAST_RIGHT = 10


@dataclass(frozen=True)
class Bins:
    """The probabilities between bins: first those of suggested tags, then of the best of the others, last the rest."""

    suggested: np.ndarray
    others: np.ndarray

    @property
    def chosen(self) -> int:
        """How many are of suggested tags."""
        return len(self.suggested) + 1

    @property
    def count(self) -> int:
        return self.chosen + len(self.others) + 2


def make_bins(Y: csr_matrix, probabilities: np.ndarray, predicted: csr_matrix) -> Bins:
    """Bins that part the right tags equally."""
    rows, tags, suggested = list_pairs(probabilities, predicted)
    right = look_up(Y, rows, tags)
    found = probabilities[rows, tags]
    return Bins(*(cut_equally(found[right & side]) for side in (suggested, ~suggested)))


def list_pairs(probabilities: np.ndarray, predicted: csr_matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows and tags of the suggested ones and of each question's best others; whether suggested."""
    rows, tags = best_entries(probabilities, CANDIDATES)
    others = ~look_up(predicted, rows, tags)
    chosen, chosen_tags = predicted.nonzero()
    suggested = np.repeat([True, False], [len(chosen), others.sum()])
    return np.concatenate([chosen, rows[others]]), np.concatenate([chosen_tags, tags[others]]), suggested


def look_up(matrix: csr_matrix, rows: np.ndarray, tags: np.ndarray) -> np.ndarray:
    """Whether each pair is set."""
    if not len(rows):  # scipy gives a matrix then
        return np.zeros(0, dtype=bool)
    return np.asarray(matrix[rows, tags]).ravel() > 0


def cut_equally(found: np.ndarray) -> np.ndarray:
    """Probabilities that part the given ones into bins of as many."""
    bins = max(1, min(BINS, len(found) // LEAST_RIGHT))
    return np.unique(np.quantile(found, np.arange(1, bins) / bins)) if bins > 1 else np.zeros(0)


def count_pairs(
    bins: Bins, probabilities: np.ndarray, predicted: csr_matrix, Y: csr_matrix | None = None
) -> np.ndarray:
    """How many pairs of each question lie in each bin (questions x bins, float64); of Y, how many of its ones."""
    rows, tags, suggested = list_pairs(probabilities, predicted)
    found = probabilities[rows, tags]
    place = np.where(
        suggested,
        np.searchsorted(bins.suggested, found, "right"),
        bins.chosen + np.searchsorted(bins.others, found, "right"),
    )
    weights = None if Y is None else look_up(Y, rows, tags).astype(np.float64)
    cells = rows * bins.count + place
    counts = np.bincount(cells, weights, minlength=len(probabilities) * bins.count).astype(np.float64)
    counts = counts.reshape(len(probabilities), bins.count)
    every = probabilities.shape[1] if Y is None else np.asarray(Y.sum(axis=1), dtype=np.float64).ravel()
    counts[:, -1] = every - counts.sum(axis=1)
    return counts
