"""Months that no one hopes for, through the Follower: each gets a record that JSON takes, and none stops the next."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from tagger.dataset import Dataset
from tagger.drift.build import Model, answer_questions, view_month, view_reference
from tagger.drift.follow import Follower
from tagger.drift.params import DriftParams
from tests.questions import make_questions
from tests.trainings import TAGS, train

DRIFT = DriftParams(min_questions=50)
FEW = (0, 1, 2, 5, 49)
MONTH = make_questions(120, seed=3, month="2024-02")


def fill(**columns):
    """The month with some columns the same in every row."""
    return MONTH.assign(**{name: [value] * len(MONTH) for name, value in columns.items()})


def same_texts(text):
    """Every text of every question the same."""
    return fill(**dict.fromkeys(("title", "text", "code", "title_tokens", "text_tokens", "code_tokens"), text))


def put_long_body():
    """One question with a megabyte of words that no other has."""
    words = " ".join(f"word{number:06d}" for number in range(90_000))
    return MONTH.assign(text=[words, *MONTH["text"][1:]], text_tokens=[words, *MONTH["text_tokens"][1:]])


ODD = {
    "one tag": fill(tags=["python"]),
    "only unseen tags": fill(tags=["rust", "zig"]),
    "each question a tag of its own": MONTH.assign(tags=[[f"tag{row}"] for row in range(len(MONTH))]),
    "no tags": fill(tags=[]),
    "a body of a megabyte": put_long_body(),
    "bodies empty": fill(text="", text_tokens="", code="", code_tokens=""),
    "all texts empty": same_texts(""),
    "all texts the same": same_texts("how numpy"),
    "one word, unseen": same_texts("abracadabra"),
    "HTML left": fill(text="<p>how &lt;b&gt;</p>"),
    "no language": same_texts("\x00\ufffd 1234 \U0001f600"),
    "ids and dates the same": fill(question_id=1, created=MONTH["created"][0]),
}


@pytest.fixture(scope="module")
def known():
    """A tagger and the reference: what it learned from, and as many questions held out."""
    learned, held_out = make_questions(300), make_questions(200, seed=1, month="2023-12")
    tagger = train(Dataset.of(learned)).tagger
    parts = [learned, held_out]
    return tagger, view_reference(lambda: parts, answer_questions(tagger, held_out), DRIFT)


def follow(known, *months):
    """The months' records as JSON has them."""
    tagger, reference = known
    follower = Follower(Model(tagger, np.full(len(tagger.tags), 100), reference), DRIFT)
    records = [follower.follow(view_month(name, part, tagger, reference.known, DRIFT)) for name, part in months]
    return json.loads(json.dumps([record.as_dict() for record in records], allow_nan=False))


@pytest.mark.parametrize("count", FEW)
@pytest.mark.parametrize("bad", ["usual", "all texts empty", "only unseen tags", "one word, unseen"])
def test_a_month_of_few_questions_is_described_and_not_judged(known, count, bad):
    questions = MONTH if bad == "usual" else ODD[bad]
    record, after = follow(known, ("2024-02", questions[:count]), ("2024-03", MONTH))
    assert record["questions"] == count
    assert record["verdict"] == "ok"
    assert record["findings"] == []
    assert "too few" in record["reasons"][0]
    assert after["verdict"] == "ok"


@pytest.mark.parametrize("name", ODD)
def test_an_odd_month_is_a_record_and_the_next_one_too(known, name):
    records = follow(known, ("2024-02", ODD[name]), ("2024-03", ODD[name]), ("2024-04", MONTH))
    assert [record["questions"] for record in records] == [len(MONTH)] * 3
    estimate = records[0]["estimate"]
    assert estimate["f1_micro"] is None or 0 <= estimate["low"] <= estimate["f1_micro"] <= estimate["high"] <= 1
    assert all(finding["loss"] is None or finding["loss"] >= 0 for record in records for finding in record["findings"])
    assert all(math.isfinite(row["p"]) for record in records for rows in record["evidence"].values() for row in rows)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("one tag", "rising_tag"),
        ("only unseen tags", "renamed_tag"),
        ("all texts empty", "broken"),
        ("all texts the same", "vocabulary"),
        ("HTML left", "broken"),
    ],
)
def test_what_is_wrong_is_named_once(known, name, kind):
    first, second = follow(known, ("2024-02", ODD[name]), ("2024-03", ODD[name]))
    assert first["verdict"] != "ok"
    assert kind in {finding["kind"] for finding in first["findings"]}
    assert second["verdict"] == "ok"


def test_months_without_a_question_follow_each_other(known):
    empty = [(f"2024-{number:02d}", MONTH[:0]) for number in range(2, 8)]
    assert {record["verdict"] for record in follow(known, *empty)} == {"ok"}


def test_a_reference_of_one_kind_of_question(known):
    tagger, _ = known
    same = same_texts("how numpy").assign(tags=[["python"]] * len(MONTH))
    reference = view_reference(lambda: [same], answer_questions(tagger, same), DRIFT)
    (record,) = follow((tagger, reference), ("2024-02", same))
    assert record["verdict"] == "ok"
    (record,) = follow((tagger, reference), ("2024-02", MONTH))
    assert record["verdict"] != "ok"


@pytest.mark.parametrize("held_out", [0, 1, 3])
def test_a_reference_of_few_answers(known, held_out):
    tagger, _ = known
    answers = answer_questions(tagger, MONTH[:held_out])
    reference = view_reference(lambda: [make_questions(300)], answers, DRIFT)
    (record,) = follow((tagger, reference), ("2024-02", MONTH))
    assert record["verdict"] == "ok"
    assert set(tagger.tags) == set(TAGS)
    assert isinstance(pd.DataFrame(record["calibration"])["ece"].sum(), float)
