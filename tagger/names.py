"""Where a question says a tag's own name."""

import re
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from tagger.features import Tokens
from tagger.grams import count_words, hash_words, join_run

LONGEST = 3
SEPARATOR = re.compile(r"[-.]")
VERSION = re.compile(r"[-.]?v?\d[\d.x]*$")
# Stop words are gone from the questions' tokens.
SMALL = frozenset(["on", "of", "in", "the", "to", "and", "for", "a", "with", "by", "is"])


class Names:
    """The ways in which tags are written: "ruby-on-rails" also as ruby rails and rubyonrails."""

    def __init__(self, tags: Sequence[str]) -> None:
        pairs = sorted({(key, number) for number, tag in enumerate(tags) for key in name_keys(tag)})
        self.keys = np.array([key for key, _ in pairs], dtype=np.uint64)
        self.columns = np.array([number for _, number in pairs], dtype=np.int64)
        self.tags = len(tags)

    def find(self, tokens: Tokens) -> csr_matrix:
        """1 where a question (row) says the name of a tag (column), float32."""
        terms = count_words(tokens, LONGEST)
        first = np.searchsorted(self.keys, terms.keys, "left")
        found = np.searchsorted(self.keys, terms.keys, "right") - first
        rows = np.repeat(np.repeat(np.arange(len(tokens)), np.diff(terms.indptr)), found)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(found) - found, found)
        columns = self.columns[np.repeat(first, found) + within]
        matrix = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(tokens), self.tags))
        matrix.sum_duplicates()
        matrix.data[:] = 1
        return matrix


def name_keys(tag: str) -> set[int]:
    """The keys of a tag's written forms, of at most LONGEST words."""
    return {int(join_run(hash_words(words))) for words in spell_tag(tag) if 0 < len(words) <= LONGEST}


def spell_tag(tag: str) -> list[list[str]]:
    """A tag as words: as it is, in parts, without small words, in one; and all that without a version's number."""
    forms: list[list[str]] = []
    for name in dict.fromkeys([tag, VERSION.sub("", tag) or tag]):
        parts = [part for part in SEPARATOR.split(name) if part]
        forms += [[name], [part for part in parts if part not in SMALL], ["".join(parts)]]
    return forms
