"""Why a tag was suggested, and questions that are not kept."""

import asyncio
import os
import sys
import threading

import pytest

from service.answers.explaining import MOST_TAGS, MOST_WAITING, Explainer
from tagger.dataset import Dataset
from tests import trainings
from tests.questions import make_questions
from tests.service.servers import QUESTION


def test_each_tag_has_the_words_that_spoke_for_it(service, tagger):
    answer = service.ask(why=True)
    names = [row["tag"] for row in answer["tags"]]
    told = tagger.explain(QUESTION["title"], QUESTION["body"], names, 5)
    assert [row["why"]["unit"] for row in answer["tags"]] == ["margin"] * 4
    for row, expected in zip(answer["tags"], told, strict=True):
        found = [(word["words"], word["place"], word["contribution"]) for word in row["why"]["words"]]
        assert found == [(term.words, term.place, term.contribution) for term in expected.terms]
    assert ("table", "title") in {(word["words"], word["place"]) for word in answer["tags"][0]["why"]["words"]}


def test_the_rest_of_the_answer_is_the_same(service):
    plain, explained = service.ask()["tags"], service.ask(why=True)["tags"]
    assert all("why" not in row for row in plain)
    assert [{key: row[key] for key in row if key != "why"} for row in explained] == plain


def test_markdown_is_explained_as_its_html(service):
    markdown = service.ask(body="I `select` it", format="markdown", why=True)["tags"]
    html = service.ask(body="<p>I <code>select</code> it</p>", why=True)["tags"]
    assert markdown == html


@pytest.mark.parametrize("body", ["x " * 32_000, "<b>" * 2000, "\U0001f600", ""])
def test_whatever_is_allowed_is_explained(service, body):
    assert all(row["why"] is not None for row in service.ask(body=body, why=True)["tags"])


def test_a_batch_gives_no_reasons(service):
    asked = {"questions": [QUESTION | {"why": True}]}
    assert service.client.post("/v1/tags/batch", json=asked).status_code == 422


def test_what_is_not_to_be_kept_is_neither_written_nor_counted(service):
    before = service.read_metrics()["tagger_predictions_total"]
    draft = service.ask(title="a draft", keep=False)["prediction_id"]
    kept = service.ask(title="no draft")["prediction_id"]
    service.wait(lambda: service.select(f"SELECT 1 FROM predictions WHERE id = '{kept}'"))
    assert service.select(f"SELECT 1 FROM predictions WHERE id = '{draft}'") == []
    assert service.read_metrics()["tagger_predictions_total"] == before + 1


@pytest.mark.skipif(sys.platform != "linux", reason="has no priority for each thread")
@pytest.mark.parametrize(("aside", "nicer"), [(True, 5), (False, 0)])
def test_reasons_of_a_slow_model_stand_aside_for_answers(tagger, aside, nicer):
    own = os.getpriority(os.PRIO_PROCESS, 0)
    explainer = Explainer(tagger, aside)
    found = explainer.thread.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())).result()
    explainer.close()
    assert found == min(own + nicer, 19)
    assert os.getpriority(os.PRIO_PROCESS, 0) == own


def test_a_model_that_is_no_sum_says_what_a_tag_would_lose():
    trained = trainings.train(Dataset.of(make_questions(200)), model="lightgbm").tagger
    explainer = Explainer(trained)
    rows = asyncio.run(explainer.explain("join", "<p>how join table</p>", [{"tag": "sql"}]))
    explainer.close()
    assert rows[0]["why"]["unit"] == "probability"
    assert [word["words"] for word in rows[0]["why"]["words"]] == ["table"]


class Slow:
    """Explains nothing until it may."""

    def __init__(self):
        self.may = threading.Event()

    def explain(self, title, body, names, most):
        self.may.wait(10)
        return []


def test_reasons_are_left_out_beyond_some_tags_and_where_too_many_wait():
    slow = Slow()
    explainer = Explainer(slow)

    async def crowd():
        waiting = [asyncio.ensure_future(explainer.explain("t", "", [])) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        assert await explainer.explain("t", "", [{"tag": "a"}]) == [{"tag": "a", "why": None}]
        slow.may.set()
        await asyncio.gather(*waiting)
        rows = [{"tag": str(number)} for number in range(MOST_TAGS + 5)]
        return await explainer.explain("t", "", rows)

    told = asyncio.run(crowd())
    explainer.close()
    assert [row["why"] for row in told] == [None] * (MOST_TAGS + 5)
    assert explainer.waiting == 0
