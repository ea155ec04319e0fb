"""The words of two sets of questions in one matrix, and which of them tell the sets apart."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from tagger.drift.counts import compare_counts
from tagger.drift.evidence import adjust
from tagger.drift.views import Words
from tagger.grams import hash_words

# Words of fewer questions of both sets together are no columns.
LEAST = 3
# The false discovery rate among the words that are said to tell two sets apart.
TELLING = 0.05


def count_together(first: Words, second: Words) -> tuple[csr_matrix, csr_matrix, list[str]]:
    """Word counts (questions x words) of both, and the words."""
    both = first + second
    keys, column, found = np.unique(both.terms.keys, return_inverse=True, return_counts=True)
    kept = found >= LEAST
    shape = (len(both), len(keys))
    counts = csr_matrix((both.terms.counts.astype(np.float32), column, both.terms.indptr), shape=shape)[:, kept]
    return counts[: len(first)], counts[len(first) :], [both.names[key] for key in keys[kept].tolist()]


def compare_words(first: csr_matrix, second: csr_matrix, words: list[str]) -> pd.DataFrame:
    """The evidence (see counts.compare_counts) of each word, by how many questions have it.

    A topic comes with many words, each in few of its questions: the share of a word that tells the two apart is that
    of all such words together, how many more (or fewer) of the questions have one of them.
    """
    counts = [matrix.getnnz(axis=0) for matrix in (first, second)]
    table = compare_counts(words, counts, (first.shape[0], second.shape[0]))
    telling = adjust(table, TELLING).set_index("name")["q"].reindex(words).to_numpy() <= TELLING
    for side in (telling & (table["now"] > table["before"]), telling & (table["now"] < table["before"])):
        columns = np.flatnonzero(side)
        if len(columns):
            before, now = (share_rows(matrix, columns) for matrix in (first, second))
            table.loc[side, "share"] = table.loc[side, "share"].clip(lower=abs(now - before))
    return table


def share_rows(matrix: csr_matrix, columns: np.ndarray) -> float:
    """The share of the rows that have something in one of the columns."""
    return float((matrix[:, columns].getnnz(axis=1) > 0).mean())


def find_words(words: Words, wanted: list[str]) -> np.ndarray:
    """The questions (mask) that have one of some words."""
    keys = hash_words(wanted) if wanted else np.empty(0, np.uint64)
    rows = np.repeat(np.arange(len(words)), np.diff(words.terms.indptr))
    return np.bincount(rows, np.isin(words.terms.keys, keys), len(words)) > 0
