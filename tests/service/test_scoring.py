"""A slow model scores together what comes together, and fails for those alone whom it failed."""

import asyncio
import sys
import time

import numpy as np
import pytest

from service.answers import scoring
from service.answers.scoring import Batched, Direct, choose_scorer
from service.errors import RefusedError

QUESTIONS = [(f"select {word}", f"<p>{word} join</p>") for word in ("numpy", "jvm", "pointer", "list")]


class Slow:
    """A tagger that takes its time and is no sum; it remembers how many questions came at once."""

    single = None

    def __init__(self, tagger, seconds=0.02):
        self.tagger = tagger
        self.settings = tagger.settings
        self.seconds = seconds
        self.sizes = []

    def score_question(self, title, body):
        self.sizes.append(1)
        time.sleep(self.seconds)
        return self.tagger.score_question(title, body)

    def scores(self, questions):
        self.sizes.append(len(questions))
        time.sleep(self.seconds)
        return self.tagger.scores(questions)


def score_all(scorer, questions):
    async def gather():
        return await asyncio.gather(*(scorer.score(*question) for question in questions), return_exceptions=True)

    return asyncio.run(gather())


def test_those_that_come_together_are_scored_together_each_with_its_own(tagger):
    slow = Slow(tagger)
    found = score_all(Batched(slow), QUESTIONS * 30)
    expected = [tagger.score_question(*question) for question in QUESTIONS] * 30
    for mine, its in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine, its)
    assert sum(slow.sizes) == 120
    assert max(slow.sizes) == scoring.MOST_AT_ONCE


def test_a_linear_model_takes_them_one_by_one_and_wants_no_compiler(tagger, monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "tagger.grams", raising=False)
    found = score_all(Batched(tagger), QUESTIONS)
    for question, mine in zip(QUESTIONS, found, strict=True):
        np.testing.assert_array_equal(mine, tagger.score_question(*question))


def test_a_failure_is_that_of_its_batch(tagger):
    def fail(title, body):
        raise KeyError(title)

    slow = Slow(tagger)
    slow.score_question = fail
    batched = Batched(slow)
    assert isinstance(score_all(batched, QUESTIONS[:1])[0], KeyError)
    assert all(isinstance(scores, np.ndarray) for scores in score_all(batched, QUESTIONS))


def test_too_many_waiting_are_turned_away(tagger, monkeypatch):
    monkeypatch.setattr(scoring, "MOST_WAITING", 3)
    found = score_all(Batched(Slow(tagger)), QUESTIONS * 2)
    refused = [one for one in found if isinstance(one, RefusedError)]
    assert {(one.status, one.headers["retry-after"]) for one in refused} == {(429, "1")}
    assert len(refused) == 5


@pytest.mark.parametrize(
    ("seconds", "way", "kind"),
    [(0, "auto", Direct), (0.02, "auto", Batched), (0, "batched", Batched), (0.02, "direct", Direct)],
)
def test_the_way_is_chosen_by_what_a_question_takes(tagger, seconds, way, kind):
    scorer = choose_scorer(Slow(tagger, seconds), way)
    assert type(scorer) is kind
    scorer.close()
