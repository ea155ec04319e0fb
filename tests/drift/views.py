"""Small views for the tests of drift: a trained tagger, and months drawn from the same words."""

from dataclasses import replace
from functools import cache

import numpy as np

from tagger.dataset import Dataset
from tagger.drift.build import Model, make_answers, view_month, view_reference
from tagger.drift.params import DriftParams
from tagger.drift.views import Words
from tagger.features import number_spaces, number_tokens
from tests.questions import make_questions
from tests.trainings import train

PARAMS = DriftParams(min_questions=20, rows=500)
LEARNED = 900


def make_words(texts):
    """The words of texts that are all prose."""
    nothing = [""] * len(texts)
    return Words.of({"title": number_tokens(nothing), "text": number_tokens(texts), "code": number_tokens(nothing)})


@cache
def make_model():
    """A tagger that has learned from some of the reference, and the answers to the rest."""
    questions = make_questions(LEARNED, seed=1)
    learned, held_out = questions[:600].reset_index(drop=True), questions[600:].reset_index(drop=True)
    tagger = train(Dataset.of(learned), held_out=150).tagger
    spaces = number_spaces(held_out)
    scores = tagger.scores(held_out, spaces)
    answers = make_answers(tagger, held_out, scores, tagger.rule.choose(scores), Words.of(spaces))
    return Model(tagger, np.full(len(tagger.tags), 100), view_reference(lambda: [questions], answers, PARAMS))


def grow_reference(model, questions):
    """The same model, compared with more months."""
    base = make_questions(LEARNED, seed=1)
    reference = view_reference(lambda: [base, questions], model.reference.view.answers, PARAMS)
    return replace(model, reference=reference)


def make_month(count=300, seed=2, month="2024-02", change=None, model=None):
    """A view of a month; `change` edits its questions."""
    questions = make_questions(count, seed, month)
    if change:
        questions = change(questions)
    model = model or make_model()
    return view_month(month, questions, model.tagger, model.reference.known, PARAMS)


def put_words(questions, rows, words, space="text"):
    """Questions whose first `rows` say some words more."""
    column = f"{space}_tokens"
    more = [f"{tokens} {words}" if row < rows else tokens for row, tokens in enumerate(questions[column])]
    return questions.assign(**{column: more})


def put_tag(questions, rows, tag, old=None):
    """Questions whose first `rows` have a tag more; or the `old` one is renamed in all."""

    def change(row, tags):
        if old:
            return [tag if name == old else name for name in tags]
        return [*tags, tag] if row < rows else list(tags)

    return questions.assign(tags=[change(row, tags) for row, tags in enumerate(questions["tags"])])
