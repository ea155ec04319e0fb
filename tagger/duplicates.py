"""Groups of questions that are nearly the same, so that no fold learns from one and is judged by the other.

MinHash over pairs of neighbouring words with locality-sensitive hashing (Broder 1997; package datasketch).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

PERMUTATIONS = 64


def group_duplicates(texts: Sequence[str], similarity: float) -> np.ndarray:
    """A group number (rows, int64) for each text of blank-separated tokens: the row of the group's first text.

    Texts whose pairs of words have about `similarity` of their union in common (Jaccard) share a group.
    """
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=similarity, num_perm=PERMUTATIONS)
    groups = np.arange(len(texts))
    for row, sketch in enumerate(
        MinHash.generator([pair_words(text) for text in texts], num_perm=PERMUTATIONS, seed=1)
    ):
        found = sorted(index.query(sketch))
        if found:
            groups[row] = groups[found[0]]
        else:
            index.insert(row, sketch)
    return groups


def pair_words(text: str) -> list[bytes]:
    """The distinct pairs of neighbouring words, or the one word; texts without words are alike."""
    words = text.split()
    pairs = {f"{left} {right}" for left, right in pairwise(words)} or set(words)
    return [pair.encode() for pair in sorted(pairs)]
