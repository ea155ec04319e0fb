"""Finds 64-bit keys: numpy's searchsorted without the way down the whole array, most of which is in no cache."""

from typing import NamedTuple

import numpy as np

from tagger.names import Names

LARGEST = (1 << 64) - 1
# Of slots for each key, so that none holds more than a few.
SLOTS_LOG2 = 2


class Found(NamedTuple):
    """The known terms of a question: the column of each, and which of the `asked` terms it is."""

    columns: np.ndarray
    asked: np.ndarray


class Table:
    """Finds keys, which are numbers in no pattern: a slot for each beginning tells where in their order to look."""

    def __init__(self, keys: np.ndarray) -> None:
        self.column = np.argsort(keys, kind="stable")
        ordered = keys[self.column]
        bits = len(keys).bit_length() + SLOTS_LOG2
        self.shift = np.uint64(64 - bits)
        slots = ordered >> self.shift
        self.first = np.searchsorted(slots, np.arange(1 << bits, dtype=np.uint64)).astype(np.int32)
        self.most = int(np.unique(slots, return_counts=True)[1].max(initial=0))
        # Behind the last key stands one that is larger than any.
        self.ordered = np.append(ordered, np.uint64(LARGEST))

    def __len__(self) -> int:
        return len(self.column)

    def look_up(self, asked: np.ndarray) -> Found:
        """Which keys are known, and the number of each among those that the table was made of."""
        at = self.first[asked >> self.shift]
        for _ in range(self.most):
            at += self.ordered[at] < asked
        known = np.flatnonzero(self.ordered[at] == asked)
        return Found(self.column[at[known]], known)


class NameTable:
    """Finds the names of tags: a key may be that of several."""

    def __init__(self, names: Names, offset: int) -> None:
        keys, self.first, self.sizes = np.unique(names.keys, return_index=True, return_counts=True)
        self.table = Table(keys)
        self.places = names.places + offset
        self.columns = names.columns

    def look_up(self, asked: np.ndarray, spaces: np.ndarray) -> Found:
        """Which keys are names, once for each tag that is called so; each space has columns of its own."""
        number, place = self.table.look_up(asked)
        sizes = self.sizes[number]
        place, first = np.repeat(place, sizes), np.repeat(self.first[number], sizes)
        within = np.arange(len(place)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return Found(self.places[first + within] + spaces[place] * self.columns, place)
