"""Terms as 64-bit keys: words, runs of words, and runs of characters in identifiers.

A key stands for its term wherever it occurs, so that months are counted one by one without a common list of strings.
Among ten million terms two share a key once in 400,000 cases (birthday bound, 2^64 keys).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from pandas.util import hash_array

from tagger.features import Tokens

LONG_WORD = 8


@dataclass(frozen=True)
class Terms:
    """The distinct terms of some questions: question i has keys[indptr[i]:indptr[i + 1]] (uint64, ascending), each
    `counts` (int32) times."""

    keys: np.ndarray
    counts: np.ndarray
    indptr: np.ndarray


def hash_words(words: Sequence[str]) -> np.ndarray:
    """The key (uint64) of each word: pandas' SipHash, the same in every process."""
    keys: np.ndarray = hash_array(np.array(words, dtype=object), categorize=False)
    return keys


def count_words(tokens: Tokens, longest: int) -> Terms:
    """All runs of 1 to `longest` words."""
    keys = hash_words(tokens.words)[tokens.ids] if len(tokens.ids) else np.empty(0, np.uint64)
    return Terms(*count_runs(keys, tokens.indptr.astype(np.int64), longest))


def count_characters(tokens: Tokens, length: int) -> Terms:
    """The runs of `length` characters in identifiers."""
    lists = [list_characters(word, length) for word in tokens.words]
    sizes = np.array([len(grams) for grams in lists], dtype=np.int64)
    keys = hash_words([gram for grams in lists for gram in grams])
    lengths = sizes[tokens.ids]
    stops = np.concatenate([[0], np.cumsum(lengths)])
    starts = (np.cumsum(sizes) - sizes)[tokens.ids] - stops[:-1]
    spread = keys[np.arange(stops[-1]) + np.repeat(starts, lengths)]
    return Terms(*count_runs(spread, stops[tokens.indptr], 1))


def list_characters(word: str, length: int) -> list[str]:
    """The runs in one identifier, `^` and `$` at its ends; none in a short plain word or in punctuation."""
    if (word.isalpha() and len(word) < LONG_WORD) or not any(letter.isalpha() for letter in word):
        return []
    marked = f"^{word}$"
    return [marked[start : start + length] for start in range(len(marked) - length + 1)]


@njit(cache=True, nogil=True)
def join_keys(left: np.uint64, right: np.uint64) -> np.uint64:
    """The key of a run that goes on with one more word."""
    mixed = (left ^ (left >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15) + right
    return (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xC2B2AE3D27D4EB4F)


@njit(cache=True, nogil=True)
def count_runs(words: np.ndarray, indptr: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Keys, counts and indptr of the distinct runs of 1 to `longest` words in each row."""
    keys = np.empty(len(words) * longest, np.uint64)
    counts = np.empty(len(words) * longest, np.int32)
    ends = np.zeros(len(indptr), np.int64)
    kept = 0
    for row in range(len(indptr) - 1):
        start, stop = indptr[row], indptr[row + 1]
        runs = np.empty((stop - start) * longest, np.uint64)
        found = 0
        for first in range(start, stop):
            key = words[first]
            for last in range(first, min(first + longest, stop)):
                if last > first:
                    key = join_keys(key, words[last])
                runs[found] = key
                found += 1
        runs = np.sort(runs[:found])
        for number in range(found):
            if number and runs[number] == runs[number - 1]:
                counts[kept - 1] += 1
            else:
                keys[kept], counts[kept] = runs[number], 1
                kept += 1
        ends[row + 1] = kept
    return keys[:kept].copy(), counts[:kept].copy(), ends
