"""What the service was asked: each question once, no label invented, and a record of every month."""

import json

import pandas as pd
import pytest

from tagger.drift.traffic import Asked, find_asked, walk_traffic
from tagger.text import CleanParams
from tests.drift.views import PARAMS, make_model, put_words
from tests.questions import make_questions
from tests.traffic import make_asked

SERVICE = PARAMS.model_copy(update={"source": "service"})
LONG = (
    "my loop over the rows of a table stops after the first one though the list that I give it has more of them; the "
    "debugger shows an iterator with seven entries, yet no exception is raised and nothing appears in the server log"
)


def find(*texts, **columns):
    return find_asked(make_asked(*texts, **columns), CleanParams(), SERVICE.model_copy(update={"rows": 100}))


@pytest.mark.parametrize(
    ("texts", "titles", "kept"),
    [
        (["join", "group", "join"], ["", "", ""], ["group", "join"]),
        ([f"{LONG} run {number}" for number in range(5)], [""] * 5, [f"{LONG} run 4"]),
        ([LONG, f"{LONG} <b>please</b>"], ["stops early", "it stops early"], [f"{LONG} please"]),
        (["", "", ""], ["how to join", "how to group", "how to join"], ["", ""]),
        (["join", "join"], ["how to join", "why does it hang"], ["join", "join"]),
        (["", ""], ["", ""], [""]),
        ([], [], []),
    ],
)
def test_questions_that_are_nearly_the_same_count_once_and_as_they_came_last(texts, titles, kept):
    asked = find(*texts, title=titles)
    assert asked.questions["text"].tolist() == kept
    assert (asked.asked, asked.different) == (len(texts), len(kept))


@pytest.mark.parametrize(
    ("tags", "ratings", "said"),
    [
        ([None, None], [None, None], None),
        ([["sql"], None], [None, None], ["sql"]),
        ([["sql"], ["c", "sql"]], [None, "down"], ["c", "sql"]),
        ([None, None], ["up", None], ["java"]),
        ([["sql"], None], ["down", "up"], ["java"]),
        ([None, None], ["down", "down"], None),
    ],
)
def test_what_was_said_last_of_any_of_them_is_their_label(tags, ratings, said):
    (found,) = find("join", "join", tags=tags, rating=ratings).questions["said"]
    assert found == said


def test_versions_are_counted_with_every_repeat():
    assert find("a", "a", "b", model=["v1", "v2", "v1"]).versions == {"v1": 2, "v2": 1}


def walk(months, **params):
    """Records as JSON has them; months are frames of questions, their tags forgotten."""
    asked = {
        name: Asked(questions.assign(said=questions.get("said")), len(questions), len(questions) + 7, {"v1": 3})
        for name, questions in months.items()
    }
    steps = walk_traffic(list(asked), make_model(), asked.__getitem__, SERVICE.model_copy(update=params))
    return [json.loads(json.dumps(step.record.as_dict(), allow_nan=False)) for step in steps]


def make_month(seed, count=300, rows=0):
    return put_words(make_questions(count, seed), rows, "fresh words nobody said")


def test_a_change_is_seen_once_without_any_label():
    before, first, second = walk(
        {"2024-02": make_month(2), "2024-03": make_month(3, rows=90), "2024-04": make_month(4, rows=90)}
    )
    assert [before["verdict"], second["verdict"]] == ["ok", "ok"]
    assert first["verdict"] == "watch"
    assert "more fresh, nobody, said, words" in first["reasons"][0]
    assert second["open"][0]["since"] == "2024-03"
    for record in (before, first, second):
        assert (record["quality"], record["f1_all"], record["calibration"]) == (None, None, [])
        assert (record["evidence"]["tags"], record["evidence"]["quality"]) == ([], [])
        assert record["estimate"]["f1_micro"] > 0.9
        assert record["tags"]["distance"] < record["tags"]["chance"] + 0.1


def test_questions_that_come_in_broken_are_seen_by_themselves_and_by_their_answers():
    (record,) = walk({"2024-02": make_month(2).assign(text="", text_tokens="", title_tokens="")})
    assert {"broken", "scores"} <= {finding["kind"] for finding in record["findings"]}
    assert record["actions"] == ["look at the data: how the questions come in"]
    assert record["traffic"]["confidence"] < record["traffic"]["before"]["confidence"]


@pytest.mark.parametrize("few", [0, 3])
def test_a_month_of_few_questions_is_described_and_the_next_one_judged(few):
    first, second = walk({"2024-02": make_month(2)[:few], "2024-03": make_month(3, rows=90)})
    assert first["reasons"] == [f"{few} questions are too few to judge: drift.min_questions is 20"]
    assert (first["verdict"], second["verdict"]) == ("ok", "watch")
    assert (first["traffic"]["confidence"] is None) == (few == 0)
    assert (first["questions"], second["usual_questions"]) == (few, few)


def test_of_many_questions_some_are_looked_at_and_all_are_counted():
    words = sorted(f"{first}{second}" for first in "abcdefgh" for second in "klmnopqrstuvwxyz")
    asked = find(*[f"how does {word} differ from {word[::-1]}" for word in words], *["the same again"] * 9)
    assert len(asked.questions) == 100
    assert (asked.asked, asked.different) == (len(words) + 9, len(words) + 1)


def test_how_much_is_usual_is_told_from_the_months_before():
    first, second, third = walk(
        {f"2024-0{seed}": make_month(seed, count) for seed, count in ((2, 30), (3, 50), (4, 40))}
    )
    assert [record["usual_questions"] for record in (first, second, third)] == [30, 30, 40]
    assert (second["questions"], second["traffic"]["asked"], second["traffic"]["repeated"]) == (50, 57, 7)
    assert second["traffic"]["versions"] == {"v1": 3}


@pytest.mark.parametrize(("count", "known"), [(19, False), (60, True)])
def test_what_callers_say_stands_apart_with_what_was_to_be_expected_of_it(count, known):
    questions = make_month(2)
    said = [["java"] if row < count else None for row in range(len(questions))]
    (record,) = walk({"2024-02": questions.assign(said=pd.Series(said, dtype=object))})
    told = record["traffic"]["said"]
    assert told["questions"] == count
    assert record["quality"] is None
    assert record["verdict"] == "ok"
    assert (told["f1_micro"] is not None) == known
    if known:  # they say java of every one, which is wrong of most
        assert told["f1_micro"]["high"] < told["estimated"] - 0.2
