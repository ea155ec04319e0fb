"""Some questions as drift looks at them: their tags, numbers that describe them, their words, the model's answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, vstack

from tagger.drift.numbers import UNKNOWN
from tagger.features import Spaces
from tagger.grams import Terms, count_words, hash_words
from tagger.vectorizer import join_spaces


@dataclass(frozen=True)
class Words:
    """The distinct words of some questions (any space), and what their keys stand for."""

    terms: Terms
    names: Mapping[int, str]

    @classmethod
    def of(cls, spaces: Spaces) -> "Words":
        """The words of title, prose and code as one."""
        tokens = join_spaces(spaces, list(spaces))
        keys = hash_words(tokens.words) if len(tokens.words) else np.empty(0, np.uint64)
        return cls(count_words(tokens, 1), dict(zip(keys.tolist(), tokens.words, strict=True)))

    def __len__(self) -> int:
        return len(self.terms.indptr) - 1

    def __add__(self, other: "Words") -> "Words":
        ours, theirs = self.terms, other.terms
        indptr = np.concatenate([ours.indptr, theirs.indptr[1:] + ours.indptr[-1]])
        keys, counts = (np.concatenate([getattr(ours, name), getattr(theirs, name)]) for name in ("keys", "counts"))
        return Words(Terms(keys, counts, indptr), {**self.names, **other.names})

    def take(self, rows: np.ndarray) -> "Words":
        """Those of some questions, by number."""
        lengths = np.diff(self.terms.indptr)[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(indptr[-1]) + np.repeat(self.terms.indptr[:-1][rows] - indptr[:-1], lengths)
        return Words(Terms(self.terms.keys[places], self.terms.counts[places], indptr), self.names)


@dataclass(frozen=True)
class Answers:
    """What a tagger that has not seen the questions answers: learned labels `Y`, `scores` and what it suggests
    (questions x tags); `true`, how many tags each question has, learned or not, and its `words`."""

    Y: csr_matrix
    scores: np.ndarray
    suggested: csr_matrix
    true: np.ndarray
    words: Words

    def __len__(self) -> int:
        return len(self.scores)

    def list_suggested(self, tags: Sequence[str]) -> list[list[str]]:
        """The suggested ones of the learned `tags`, question by question."""
        rows = np.split(self.suggested.indices, self.suggested.indptr[1:-1]) if len(self) else []
        return [[tags[column] for column in sorted(row.tolist())] for row in rows]

    def __add__(self, other: "Answers") -> "Answers":
        return Answers(
            vstack([self.Y, other.Y], "csr"),
            np.concatenate([self.scores, other.scores]),
            vstack([self.suggested, other.suggested], "csr"),
            np.concatenate([self.true, other.true]),
            self.words + other.words,
        )


@dataclass(frozen=True)
class View:
    """Questions of some months: `tags` of all; `numbers` and `words` of a sample, the questions numbered `sampled`;
    `answers` to the same questions, of a reference to those held out."""

    months: tuple[str, ...]
    tags: Sequence[Sequence[str]]
    numbers: pd.DataFrame
    words: Words
    answers: Answers
    sampled: np.ndarray

    def __len__(self) -> int:
        return len(self.tags)

    def forget_model(self) -> "View":
        """Without what depends on a model and its reference: answers, unknown words."""
        numbers = self.numbers.drop(columns=list(UNKNOWN), errors="ignore")
        return replace(self, numbers=numbers, answers=NO_ANSWERS)

    @property
    def is_forgotten(self) -> bool:
        """Whether some of it is of an earlier model."""
        return self.answers is NO_ANSWERS

    @property
    def sampled_tags(self) -> list[Sequence[str]]:
        """The tags of the sample."""
        return [self.tags[row] for row in self.sampled]

    def __add__(self, other: "View") -> "View":
        return View(
            self.months + other.months,
            [*self.tags, *other.tags],
            pd.concat([self.numbers, other.numbers], ignore_index=True),
            self.words + other.words,
            self.answers + other.answers if len(self.answers) and len(other.answers) else NO_ANSWERS,
            np.concatenate([self.sampled, other.sampled + len(self)]),
        )


NO_WORDS = Words(Terms(np.empty(0, np.uint64), np.empty(0, np.int32), np.zeros(1, np.int64)), {})
NO_ANSWERS = Answers(csr_matrix((0, 0)), np.empty((0, 0), np.float32), csr_matrix((0, 0)), np.empty(0, int), NO_WORDS)
