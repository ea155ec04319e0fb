"""Questions that a tagger has not seen, looked at once, so that many months can be drawn from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.build import read_params
from tagger.calibration import CalibrationParams, Calibrator
from tagger.dataset import Dataset
from tagger.drift.build import answer_questions, draw_rows
from tagger.drift.numbers import Known, count_keys, describe_questions, digest_texts, find_repeated, share_unknown
from tagger.drift.params import DriftParams
from tagger.drift.views import Answers, View, Words
from tagger.engine import Engine
from tagger.features import SPACES, number_spaces
from tagger.grams import count_words
from tagger.io import list_months, read_months
from tagger.labels import LabelParams, binarize_tags, choose_tags
from tagger.params import parse_section
from tagger.tagger import Settings, Tagger
from tagger.text import CleanParams
from tagger.thresholds import Rule, ThresholdParams, choose_threshold
from tagger.vectorizer import FeatureParams

# Of the questions learned from, those that calibration and threshold are chosen on.
HELD_OUT = 0.1
# The first ones of a reference are its questions held out.
ANSWERED = 3000


@cache
def read_drift() -> DriftParams:
    """Section drift of params.yaml."""
    return parse_section(DriftParams, read_params()["drift"], "drift")


def read_all(clean: Path) -> pd.DataFrame:
    """The questions of all months."""
    return read_months(clean, list_months(clean))


def read_period(clean: Path) -> pd.DataFrame:
    """The questions of the largest month; where none has 10,000, of the months before the sample's first event."""
    months = list_months(clean)
    parts = [read_months(clean, [month]) for month in months]
    largest = max(parts, key=len)
    if len(largest) >= 10_000:
        return largest
    return pd.concat([part for month, part in zip(months, parts, strict=True) if month < "2024-03"], ignore_index=True)


def train_tagger(questions: pd.DataFrame, top: int) -> tuple[Tagger, np.ndarray]:
    """A tagger as params.yaml has it, of the most frequent tags; how often each was learned from."""
    params = read_params()
    features = parse_section(FeatureParams, params["features"], "features")
    clean = parse_section(CleanParams, params["clean"], "clean")
    table = choose_tags(questions["tags"], LabelParams(coverage=1.0, top=top))
    settings = Settings("linear", params["models"]["linear"], features, clean, params["train"]["seed"])
    size = int(len(questions) * HELD_OUT)
    tagger = Tagger(settings, table["tag"]).fit(Dataset.of(questions[size:].reset_index(drop=True)), Engine())
    counts = table["count"].to_numpy()
    Y = binarize_tags(questions["tags"][:size], tagger.tags)
    scores = tagger.score_dataset(Dataset.of(questions[:size].reset_index(drop=True)))
    tagger.calibrator = Calibrator().fit(Y, scores, counts, CalibrationParams())
    tagger.rule = Rule(choose_threshold(Y, tagger.calibrator.apply(scores), ThresholdParams()))
    return tagger, counts


def take_answers(answers: Answers, rows: np.ndarray) -> Answers:
    """Those to some questions, by number."""
    parts = {name: getattr(answers, name)[rows] for name in ("Y", "scores", "suggested", "true")}
    return replace(answers, **parts, words=answers.words.take(rows))


@dataclass(frozen=True)
class Pool:
    """Questions with all that does not depend on what they are compared with; `terms`: their words by space."""

    questions: pd.DataFrame
    tags: np.ndarray
    terms: dict[str, Words]
    numbers: pd.DataFrame
    digests: np.ndarray
    answers: Answers

    @classmethod
    def of(cls, questions: pd.DataFrame, tagger: Tagger) -> "Pool":
        """Look at questions."""
        spaces = number_spaces(questions)
        none = Known.of([])
        return cls(
            questions,
            questions["tags"].to_numpy(),
            {space: Words(count_words(spaces[space], 1), {}) for space in SPACES},
            describe_questions(questions, spaces, none, own=False),
            digest_texts(questions["text_tokens"].tolist()),
            answer_questions(tagger, questions, spaces),
        )

    def __len__(self) -> int:
        return len(self.questions)

    def know(self, rows: np.ndarray) -> Known:
        """What some questions have."""
        frequency = {space: count_keys([words.take(rows).terms.keys]) for space, words in self.terms.items()}
        return Known(frequency, count_keys([self.digests[rows]]))

    def describe(self, rows: np.ndarray, known: Known, own: bool) -> pd.DataFrame:
        """As describe_questions does."""
        columns: dict[str, Any] = {
            f"unknown_{space}": share_unknown(words.take(rows).terms, known.frequency[space], own)
            for space, words in self.terms.items()
        }
        texts = self.questions["text_tokens"].iloc[rows]
        columns["repeated"] = find_repeated(texts, known.texts, own)
        return self.numbers.iloc[rows].reset_index(drop=True).assign(**columns)

    def view_month(self, rows: np.ndarray, known: Known, name: str = "2024-01") -> View:
        """Some questions as a month."""
        answers = take_answers(self.answers, rows)
        numbers = self.describe(rows, known, own=False)
        return View((name,), list(self.tags[rows]), numbers, answers.words, answers, np.arange(len(rows)))

    def view_reference(self, rows: np.ndarray, drift: DriftParams) -> tuple[View, Known]:
        """Some questions, in any order, as the reference; the first ones are those held out."""
        known = self.know(rows)
        sampled = draw_rows(len(rows), drift.rows, drift.seed)
        answers = take_answers(self.answers, rows[:ANSWERED])
        words = self.answers.words.take(rows[sampled])
        numbers = self.describe(rows[sampled], known, own=True)
        return View(("2023-12",), list(self.tags[rows]), numbers, words, answers, sampled), known


def make_pool(clean: Path, top: int = 200, share: float = 0.4) -> tuple[Pool, Sequence[str]]:
    """A period: a tagger learns from a `share` of it drawn at random, the others are the pool."""
    questions = read_period(clean)
    order = np.random.default_rng(0).permutation(len(questions))
    learned = int(share * len(questions))
    tagger, _ = train_tagger(questions.iloc[order[:learned]].reset_index(drop=True), top)
    return Pool.of(questions.iloc[np.sort(order[learned:])].reset_index(drop=True), tagger), tagger.tags
