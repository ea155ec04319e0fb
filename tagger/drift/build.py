"""Views of questions: of a followed month, and of the reference, which is read month by month."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from tagger.drift.evidently import TEXT
from tagger.drift.numbers import Known, describe_questions
from tagger.drift.params import DriftParams
from tagger.drift.views import Answers, View, Words
from tagger.features import Spaces, number_spaces
from tagger.labels import binarize_tags
from tagger.tagger import Tagger

# Reads the reference's questions, month by month, columns of tables.CLEAN and month.
Parts = Callable[[], Iterable[pd.DataFrame]]


@dataclass(frozen=True)
class Reference:
    """What months are compared with: its view, what it knows, and the rows that Evidently may see."""

    view: View
    known: Known
    shown: pd.DataFrame


@dataclass(frozen=True)
class Model:
    """A tagger, how many questions each of its tags was learned from, and what months are compared with."""

    tagger: Tagger
    trained: np.ndarray
    reference: Reference


def answer_questions(tagger: Tagger, questions: pd.DataFrame, spaces: Spaces | None = None) -> Answers:
    """What a tagger says to questions that it has not seen; `spaces`: their tokens, where they are at hand."""
    spaces = number_spaces(questions) if spaces is None else spaces
    scores = tagger.scores(questions, spaces)
    return make_answers(tagger, questions, scores, tagger.rule.choose(scores), Words.of(spaces))


def make_answers(
    tagger: Tagger, questions: pd.DataFrame, scores: np.ndarray, suggested: csr_matrix, words: Words
) -> Answers:
    """Answers that are known beside what is true."""
    Y = binarize_tags(questions["tags"], tagger.tags)
    return Answers(Y, scores, suggested, questions["tags"].map(len).to_numpy(np.int64), words)


def view_month(month: str, questions: pd.DataFrame, tagger: Tagger, known: Known, params: DriftParams) -> View:
    """A followed month; of more than `rows` questions all but the tags of some drawn at random."""
    sampled = draw_rows(len(questions), params.rows, params.seed)
    tags, questions = questions["tags"].tolist(), questions.iloc[sampled].reset_index(drop=True)
    spaces = number_spaces(questions)
    answers = answer_questions(tagger, questions, spaces)
    numbers = describe_questions(questions, spaces, known, own=False)
    return View((month,), tags, numbers, answers.words, answers, sampled)


def view_reference(parts: Parts, answers: Answers, params: DriftParams) -> Reference:
    """The reference; `answers` are to questions held out. Of its words and numbers at most `rows` questions are kept,
    drawn at random."""
    tags: list[Sequence[str]] = []
    months: dict[str, None] = {}

    def read() -> Iterator[tuple[Spaces, Sequence[str]]]:
        """Each part once: what it has is noted on the way."""
        for part in parts():
            tags.extend(part["tags"])
            months.update(dict.fromkeys(part["month"]))
            yield number_spaces(part), part["text_tokens"].tolist()

    known = Known.of(read())
    sampled = draw_rows(len(tags), params.rows, params.seed)
    questions = take_rows(parts, sampled)
    spaces = number_spaces(questions)
    numbers = describe_questions(questions, spaces, known, own=True)
    view = View(tuple(months), tags, numbers, Words.of(spaces), answers, sampled)
    return Reference(view, known, show_rows(questions, numbers))


def draw_rows(count: int, most: int, seed: int) -> np.ndarray:
    """At most so many row numbers, ascending."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def take_rows(parts: Parts, rows: np.ndarray) -> pd.DataFrame:
    """Some rows of all parts together, by number."""
    taken, start = [], 0
    for part in parts():
        taken.append(part.iloc[rows[(rows >= start) & (rows < start + len(part))] - start])
        start += len(part)
    return pd.concat(taken, ignore_index=True)


def show_rows(questions: pd.DataFrame, numbers: pd.DataFrame) -> pd.DataFrame:
    """What Evidently looks at: the numbers, and title and prose as one text."""
    texts = (questions["title"] + " " + questions["text"]).tolist()
    return numbers.drop(columns="language").fillna(0).assign(**{TEXT: texts})
