"""What answers tell of a model before anybody has tagged a question: confidence, unknown words, expected hits, tags."""

from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from service import metrics
from tagger.cleaning import read_texts
from tagger.features import SPACES
from tagger.thresholds import Rule

if TYPE_CHECKING:
    from tagger.tagger import Tagger

# Each tag of each version is a series of Prometheus', in each worker.
MOST_TAGS = 50
OTHER = "other"
# Words are counted of every so many questions: to read one anew takes a third of the time of an answer.
WORDS_OF_EVERY = 25


class Words(NamedTuple):
    """The words of a question, and those of them that the model's vocabulary lacks."""

    all: int
    unknown: int


class Expected(NamedTuple):
    """True positives, false positives and false negatives, as far as probabilities can be believed."""

    hits: float
    wrong: float
    missed: float


class Quality:
    """Counts the answers of one version."""

    def __init__(self, tagger: "Tagger", version: str) -> None:
        self.tagger = tagger
        metrics.begin(version)
        # Looked up once, since labels() takes longer than inc().
        self.confidence = metrics.confidence.labels(version)
        self.words = metrics.words.labels(version)
        self.unknown = metrics.unknown_words.labels(version)
        self.expected = [counter.labels(version) for counter in metrics.expected]
        shown = {tag: metrics.suggested.labels(version, tag) for tag in find_common(tagger)}
        other = metrics.suggested.labels(version, OTHER)
        self.suggested = [shown.get(tag, other) for tag in tagger.tags]
        self.turn = cycle(range(WORDS_OF_EVERY))

    def observe(self, title: str, body: str, scores: np.ndarray) -> None:
        """One answer more: a question (plain title, HTML body) and the probability of each tag."""
        chosen = choose(self.tagger.rule, scores)
        self.confidence.observe(float(scores.max(initial=0)))
        for counter, count in zip(self.expected, expect(scores, chosen), strict=True):
            counter.inc(count)
        for tag in np.flatnonzero(chosen).tolist():
            self.suggested[tag].inc()
        if next(self.turn) == 0 and (words := count_words(self.tagger, title, body)) is not None:
            self.words.inc(words.all)
            self.unknown.inc(words.unknown)


def find_common(tagger: "Tagger") -> list[str]:
    """The tags that the model finds likeliest of a question without a word: what it has seen most of."""
    scores = tagger.score_question("", "")
    return [tagger.tags[tag] for tag in np.argsort(-scores, kind="stable")[:MOST_TAGS].tolist()]


def choose(rule: Rule, scores: np.ndarray) -> np.ndarray:
    """Which of all tags are suggested (bool). Thresholds are compared here, without the matrix of `Rule.choose`."""
    if rule.most is None:
        chosen: np.ndarray = scores >= np.asarray(rule.threshold, dtype=np.float64)
    else:
        chosen = rule.choose(scores[np.newaxis]).toarray()[0].astype(bool)
    return chosen


def expect(scores: np.ndarray, chosen: np.ndarray) -> Expected:
    """Each suggested tag is right with its probability, and each other one missed with its."""
    suggested = scores[chosen]
    hits = float(suggested.sum(dtype=np.float64))
    # A sum of floats may end a trace below what it is a part of; no counter takes that.
    return Expected(hits, max(len(suggested) - hits, 0.0), max(float(scores.sum(dtype=np.float64)) - hits, 0.0))


def count_words(tagger: "Tagger", title: str, body: str) -> Words | None:
    """How many words, title, prose and code together, are in no vocabulary; None for a model that reads otherwise."""
    if tagger.single is None:
        return None
    spaces = tagger.single.read(read_texts(title, body))
    read = [number for number, space in enumerate(SPACES) if space in tagger.vectorizer.vocabulary_]
    asked = [spaces[number] ^ tagger.single.salts[0][number] for number in read]
    if not (words := sum(map(len, asked))):
        return Words(0, 0)
    return Words(words, words - len(tagger.single.terms.look_up(np.concatenate(asked)).asked))
