"""Where a question says a tag's own name."""

import re
from collections.abc import Sequence
from functools import reduce

import numpy as np
from scipy.sparse import csr_matrix

from tagger.features import Tokens
from tagger.keys import hash_words, join_keys

LONGEST = 3
SEPARATOR = re.compile(r"[-.]")
VERSION = re.compile(r"[-.]?v?\d[\d.x]*$")
# Stop words are gone from the questions' tokens.
SMALL = frozenset(["on", "of", "in", "the", "to", "and", "for", "a", "with", "by", "is"])


class Names:
    """The ways in which tags are written: "ruby-on-rails" also as ruby rails and rubyonrails, and "python-3.x" as
    python; the latter, without a version, are kept apart from the others."""

    def __init__(self, tags: Sequence[str]) -> None:
        exact = {(key, number) for number, tag in enumerate(tags) for key in name_keys(tag)}
        loose = {(key, number) for number, tag in enumerate(tags) for key in name_keys(VERSION.sub("", tag))}
        shifted = {(key, len(tags) + number) for key, number in loose if (key, number) not in exact}
        pairs = sorted(exact | shifted)
        self.keys = np.array([key for key, _ in pairs], dtype=np.uint64)
        self.places = np.array([number for _, number in pairs], dtype=np.int64)
        self.columns = 2 * len(tags)

    def find(self, tokens: Tokens) -> csr_matrix:
        """How often a question (row) says a tag's name (first half of the columns), or that without a version."""
        from tagger.grams import count_words

        terms = count_words(tokens, LONGEST)
        first = np.searchsorted(self.keys, terms.keys, "left")
        found = np.searchsorted(self.keys, terms.keys, "right") - first
        ends = np.concatenate([[0], np.cumsum(found)])
        columns = self.places[np.arange(ends[-1]) + np.repeat(first - ends[:-1], found)]
        counts = np.repeat(terms.counts, found).astype(np.float32)
        matrix = csr_matrix((counts, columns, ends[terms.indptr]), shape=(len(tokens), self.columns))
        matrix.sum_duplicates()
        return matrix


def name_keys(tag: str) -> set[int]:
    """The keys of a tag's written forms, of at most LONGEST words."""
    return {reduce(join_keys, hash_words(words).tolist()) for words in spell_tag(tag) if 0 < len(words) <= LONGEST}


def spell_tag(tag: str) -> list[list[str]]:
    """A tag as words: as it is, in parts without small words, in one."""
    parts = [part for part in SEPARATOR.split(tag) if part]
    return [[tag] if tag else [], [part for part in parts if part not in SMALL], ["".join(parts)] if parts else []]
