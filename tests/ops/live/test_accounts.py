"""The accounts of the live story notice what does not add up."""

import pytest

from ops.live.accounts import Period, add_up, count_versions_by_caller, list_strays
from ops.live.callers import Answer, judge
from ops.live.figures import parse

GOOD = {
    "requests sent": 15,
    "questions answered": 10,
    "feedback acknowledged": 5,
    "failed": 0,
    "answered by version": {"A": 10},
    "counted by version": {"A": 10},
    "answers not of the version that the rule says": 0,
    "callers who had two versions at once": 0,
    "predictions kept": 9,
    "predictions dropped": 1,
    "kept under another version": 0,
    "feedback kept": 5,
    "feedback lost": 0,
    "feedback counted": 5,
    "answers of 200 to questions, counted": 12,
    "other answers, counted": 0,
}
# Everybody has A; from 10 on it is ordered, and from 12 on so, that who is called "one" has B; from 20 on A again.
PERIODS = [
    Period(0, 0, lambda caller: "A"),
    Period(10, 12, lambda caller: "B" if caller == "one" else "A"),
    Period(20, 23, lambda caller: "A"),
]


def test_what_adds_up_has_no_gap():
    assert not any(add_up(GOOD, looks=2).values())


@pytest.mark.parametrize("name", GOOD)
def test_each_figure_that_is_off_is_a_gap(name):
    value = {"A": 9} if isinstance(GOOD[name], dict) else GOOD[name] + 1
    assert any(add_up(GOOD | {name: value}, looks=2).values())


@pytest.mark.parametrize(
    ("begun", "ended", "caller", "version", "stray"),
    [
        (1, 2, "one", "A", False),
        (1, 2, "one", "B", True),
        (11, 11.5, "one", "A", False),
        (11, 11.5, "one", "B", False),
        (11, 11.5, "other", "B", True),
        (13, 14, "one", "B", False),
        (13, 14, "one", "A", True),
        (19, 21, "one", "B", False),
        (24, 25, "one", "B", True),
    ],
)
def test_an_answer_of_a_version_that_is_not_the_callers_is_a_stray(begun, ended, caller, version, stray):
    answer = Answer(begun, ended, caller, version, "p")
    assert list_strays([answer], PERIODS) == ([answer] if stray else [])


def test_a_caller_of_two_versions_in_one_period_is_seen():
    def answer(at, caller, version):
        return Answer(at, at + 0.1, caller, version, "p")

    seen = [answer(13, "one", "B"), answer(14, "one", "A"), answer(11, "other", "B"), answer(15, "other", "A")]
    assert [dict(each) for each in count_versions_by_caller(seen, PERIODS)] == [{}, {"one": 2, "other": 1}, {}]


@pytest.mark.parametrize(
    ("suggested", "said"),
    [
        ({"a", "b"}, {"rating": "up"}),
        ({"c"}, {"rating": "down"}),
        ({"a", "c"}, {"tags": ["a", "b"]}),
        ({"a"}, {"tags": ["a", "b"]}),
        (set(), {"tags": ["a", "b"]}),
    ],
)
def test_callers_say_what_is_right(suggested, said):
    assert judge(frozenset(suggested), frozenset({"a", "b"})) == said


def test_figures_of_all_versions_and_routes_are_read():
    text = """# TYPE tagger_requests counter
tagger_requests_total{route="/v1/tags",status="200",version="A"} 5.0
tagger_requests_total{route="/v1/tags",status="200",version="B"} 2.0
tagger_requests_total{route="/metrics",status="200",version=""} 9.0
# TYPE tagger_predictions counter
tagger_predictions_total{version="A"} 4.0
# TYPE tagger_feedback counter
tagger_feedback_total{rating="up",stored="database",version="A"} 1.0
tagger_feedback_total{rating="down",stored="database",version="A"} 1.0
"""
    assert parse(text) == {
        ("answers", "/v1/tags", "200"): 7,
        ("predictions", "A"): 4,
        ("feedback_total",): 2,
    }
