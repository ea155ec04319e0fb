"""The words of two sets of questions in one matrix, and which of them tell the sets apart."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from tagger.drift.counts import compare_counts
from tagger.drift.views import Words
from tagger.grams import hash_words

# Words of fewer questions of both sets together are no columns.
LEAST = 3


def count_together(first: Words, second: Words) -> tuple[csr_matrix, csr_matrix, list[str]]:
    """Word counts (questions x words) of both, and the words."""
    both = first + second
    keys, column, found = np.unique(both.terms.keys, return_inverse=True, return_counts=True)
    kept = found >= LEAST
    shape = (len(both), len(keys))
    counts = csr_matrix((both.terms.counts.astype(np.float32), column, both.terms.indptr), shape=shape)[:, kept]
    return counts[: len(first)], counts[len(first) :], [both.names[key] for key in keys[kept].tolist()]


def compare_words(first: csr_matrix, second: csr_matrix, words: list[str]) -> pd.DataFrame:
    """The evidence (see counts.compare_counts) of each word, by how many questions have it."""
    counts = (matrix.getnnz(axis=0) for matrix in (first, second))
    return compare_counts(words, counts, (first.shape[0], second.shape[0]))


def find_words(words: Words, wanted: list[str]) -> np.ndarray:
    """The questions (mask) that have one of some words."""
    keys = hash_words(wanted) if wanted else np.empty(0, np.uint64)
    rows = np.repeat(np.arange(len(words)), np.diff(words.terms.indptr))
    return np.bincount(rows, np.isin(words.terms.keys, keys), len(words)) > 0
