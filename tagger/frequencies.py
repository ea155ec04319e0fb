"""How many questions hold each term, over a stream: memory grows with the terms that are kept, not with all."""

import numpy as np
from numba import njit

from tagger.grams import Terms

SLOTS_LOG2 = 25
SHIFT = np.uint64(64 - SLOTS_LOG2)
MOST = 255
PENDING = 1 << 22


class Frequencies:
    """Counts twice: first into a table of small counters that several terms share (a count-min sketch of depth one),
    then exactly those terms whose counter allows `min_df`. The result is exact."""

    def __init__(self, min_df: int) -> None:
        self.min_df = min_df
        self.rows = 0
        self.table = np.zeros(1 << SLOTS_LOG2, np.uint8)
        self.keys = np.empty(0, np.uint64)
        self.counts = np.empty(0, np.int64)
        self.pending: list[np.ndarray] = []

    def sketch(self, terms: Terms) -> None:
        """The first pass, over all parts."""
        self.rows += len(terms.indptr) - 1
        add_keys(self.table, terms.keys)

    def count(self, terms: Terms) -> None:
        """The second pass, over the same parts."""
        self.pending.append(terms.keys[self.table[terms.keys >> SHIFT] >= min(self.min_df, MOST)])
        if sum(map(len, self.pending)) > PENDING:
            self.merge()

    def merge(self) -> None:
        """Add what waits to the exact counts."""
        keys, counts = np.unique(np.concatenate([np.empty(0, np.uint64), *self.pending]), return_counts=True)
        both, place = np.unique(np.concatenate([self.keys, keys]), return_inverse=True)
        self.counts = np.bincount(place, np.concatenate([self.counts, counts]), len(both)).astype(np.int64)
        self.keys = both
        self.pending.clear()

    def most_frequent(self, most: int | None) -> tuple[np.ndarray, np.ndarray]:
        """Keys, ascending, and frequencies of the terms with at least `min_df`; of equals the first by key stay."""
        self.merge()
        frequent = np.flatnonzero(self.counts >= self.min_df)
        ranked = frequent[np.argsort(-self.counts[frequent], kind="stable")]
        chosen = np.sort(ranked[:most])
        return self.keys[chosen], self.counts[chosen]


@njit(cache=True, nogil=True)
def add_keys(table: np.ndarray, keys: np.ndarray) -> None:
    """Count each key in its slot, up to MOST."""
    for key in keys:
        slot = key >> SHIFT
        if table[slot] < MOST:
            table[slot] += 1
