"""The features of one question, to the bit those of Vectorizer.transform, in a third of the time and without pandas.

The matrices that serve a month at once cost more than their contents when they hold one row. Here all groups of terms
are looked up in one table, and the pieces of words between blanks are remembered with the keys of their tokens.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate, filterfalse
from typing import NamedTuple

import numpy as np

from tagger.cleaning import Texts
from tagger.features import SPACES
from tagger.keys import hash_words, join_keys
from tagger.lookup import Found, NameTable, Table
from tagger.names import LONGEST
from tagger.text import CACHED_LETTERS, CACHED_WORDS, CODE_WORD, CleanParams, tokenize_code, tokenize_prose
from tagger.vectorizer import Vectorizer

NO_KEYS = np.empty(0, np.uint64)
# Stands between the spaces: no word has this key, so that no run goes from one space to the next.
BETWEEN = np.array([0x2545F4914F6CDD1D], np.uint64)
NUMBERS = np.arange(len(SPACES))
FIRST = np.array([True])
# Times the number of a group: keeps its keys apart from another group's in one table.
SALT = 0x9E3779B97F4A7C15


class Features(NamedTuple):
    """The columns (ascending), their values (float32), and how many terms each column counts."""

    columns: np.ndarray
    values: np.ndarray
    counts: np.ndarray


class Single:
    """A fitted vectorizer for one question at a time. Threads may share it."""

    def __init__(self, vectorizer: Vectorizer, clean: CleanParams) -> None:
        params, vocabulary, names = vectorizer.params, vectorizer.vocabulary_, vectorizer.names
        self.prose = Remembered(partial(tokenize_prose, params=clean))
        self.code = Remembered(tokenize_code)
        self.dampens = params.sublinear_tf
        self.joins = "together" in vocabulary
        salts = {group: np.uint64(number * SALT % (1 << 64)) for number, group in enumerate((*vocabulary, "none"))}
        self.terms = Table(np.concatenate([NO_KEYS, *(keys ^ salts[group] for group, keys in vocabulary.items())]))
        self.names = NameTable(names, len(self.terms)) if params.names.weight else None
        self.together = salts.get("together", np.uint64(0))
        ngrams = {space: getattr(params, space).ngrams if space in vocabulary else 0 for space in SPACES}
        self.salts = [
            np.array([salts[space if words <= ngrams[space] else "none"] for space in SPACES])
            for words in range(1, max(ngrams.values()) + 1)
        ]
        sizes = [*map(len, vocabulary.values()), *([names.columns] * len(SPACES) if self.names else [])]
        weights = [getattr(params, group).weight for group in vocabulary]
        self.weights = np.array(weights + [params.names.weight] * (len(sizes) - len(weights)), np.float64)
        self.group = np.repeat(np.arange(len(sizes)), sizes)
        self.idf = np.concatenate([*vectorizer.idf_.values(), np.ones(sum(sizes) - len(self.terms), np.float32)])

    @staticmethod
    def serves(vectorizer: Vectorizer) -> bool:
        """Whether all that the vectorizer does is known here: not vectors of words, nor runs of characters."""
        return not vectorizer.embeds and not vectorizer.params.identifiers.weight

    def read(self, texts: Texts) -> list[np.ndarray]:
        """The keys of the tokens of each space."""
        # No token goes beyond a blank.
        title, text = (self.prose.find_keys(prose.split()) for prose in (texts.title, texts.text))
        return [title, text, self.code.find_keys(CODE_WORD.findall(texts.code))]

    def find(self, spaces: list[np.ndarray]) -> Found:
        """The known terms of a question, from its tokens' keys: see `place_terms` for what is asked for."""
        keys = np.concatenate([part for space in spaces for part in (space, BETWEEN)])
        sizes = [len(space) + 1 for space in spaces]
        runs = join_runs(keys)
        asked = [run ^ np.repeat(salts, sizes)[: len(run)] for run, salts in zip(runs, self.salts, strict=False)]
        if self.joins:
            asked += [keys ^ self.together, spaces[0] ^ self.together]
        found = Found(*self.terms.look_up(np.concatenate([NO_KEYS, *asked])))
        if self.names is None:
            return found
        numbers = np.repeat(NUMBERS, sizes)
        named = self.names.look_up(np.concatenate(runs), np.concatenate([numbers[: len(run)] for run in runs]))
        offset = sum(map(len, asked))
        return Found(np.concatenate([found.columns, named.columns]), np.append(found.asked, named.asked + offset))

    def weigh(self, found: np.ndarray) -> Features:
        """Count the columns and weigh them, as Vectorizer.weigh does group by group."""
        found = np.sort(found)
        # np.diff would take three times as long to put a number before the first one.
        first = np.flatnonzero(np.concatenate([FIRST, found[1:] != found[:-1]])[: len(found)])
        columns, counts = found[first], np.concatenate([first[1:], [len(found)]])[: len(first)] - first
        values = counts.astype(np.float32)
        if self.dampens:
            values = np.log(values) + np.float32(1)
        values *= self.idf[columns]
        group = self.group[columns]
        squares = np.bincount(group, values.astype(np.float64) ** 2, len(self.weights))
        scale = (self.weights / np.sqrt(np.where(squares > 0, squares, 1))).astype(np.float32)
        values *= scale[group]
        return Features(columns, values, counts)

    def transform(self, texts: Texts) -> Features:
        """The features of a question."""
        return self.weigh(self.find(self.read(texts)).columns)

    def place_terms(self, sizes: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """Of what `find` asks for, in its order: the number of the space, of the first word there, and of words.

        `sizes` are the numbers of words in each space. The title counts twice in `together`.
        """
        first = [(space, start) for space, size in enumerate(sizes) for start in range(size + 1)]
        for words in range(1, len(self.salts) + 1):
            yield from ((space, start, words) for space, start in first[: len(first) - words + 1])
        if self.joins:
            yield from ((space, start, 1) for space, start in [*first, *first[: sizes[0]]])
        for words in range(1, LONGEST + 1):
            yield from ((space, start, words) for space, start in first[: len(first) - words + 1])


def join_runs(keys: np.ndarray) -> list[np.ndarray]:
    """The keys of the runs of 1 to LONGEST words, by their first word."""
    runs = [keys]
    for words in range(1, LONGEST):
        runs.append(join_keys(runs[-1][:-1], keys[words:]))
    return runs


class Remembered(dict[str, bytes]):
    """The keys of the tokens of each piece of text that was asked for, one after the other."""

    def __init__(self, tokenize: Callable[[str], str]) -> None:
        self.tokenize = tokenize

    def find_keys(self, pieces: list[str]) -> np.ndarray:
        """The keys (uint64) of all tokens."""
        unknown = set(filterfalse(self.__contains__, pieces))
        if unknown:
            self.learn([piece for piece in unknown if len(piece) <= CACHED_LETTERS])
        joined = b"".join(map(self.__getitem__, pieces))
        return np.frombuffer(joined, np.uint64) if joined else NO_KEYS

    def __missing__(self, piece: str) -> bytes:
        """What is too long to be remembered, or was forgotten meanwhile."""
        return hash_words(self.tokenize(piece).split()).tobytes()

    def learn(self, pieces: list[str]) -> None:
        """Take in many pieces at once."""
        tokens = [self.tokenize(piece).split() for piece in pieces]
        keys = hash_words([token for part in tokens for token in part]).tobytes()
        ends = [0, *accumulate(8 * len(part) for part in tokens)]
        self.make_room(len(pieces))
        self.update((piece, keys[start:end]) for piece, start, end in zip(pieces, ends, ends[1:], strict=False))

    def make_room(self, pieces: int) -> None:
        """Forget all rather than grow without end."""
        if len(self) + pieces > CACHED_WORDS:
            self.clear()
