"""The declared schema and the rules: what each one catches, what it says, and what it lets pass."""

import pandas as pd
import pytest

from tagger.errors import DataError, ParamsError
from tagger.params import parse_section
from tagger.rules import RulesParams, describe_month, find_breaches, find_volume_breaches
from tagger.tables import CLEAN
from tests.questions import make_questions

MONTH = "2024-01"
FIRST = 2_024_010_000
LIFTED = dict.fromkeys(["max_tags", "empty_titles", "empty_bodies", "min_volume", "max_volume"])


def make_month(count=100, **changes):
    """A month of sound questions; each change is a column and its values by row."""
    questions = make_questions(count)[CLEAN.names]
    questions["created"] = questions["created"].astype("datetime64[ms, UTC]")
    for column, values in changes.items():
        for row, value in values.items():
            questions.at[row, column] = value
    return questions


def list_rules(questions, **params):
    return [(breach.rule, breach.count) for breach in find_breaches(MONTH, questions, RulesParams(**params))]


def test_sound_questions_break_no_rule():
    assert list_rules(make_month()) == []


@pytest.mark.parametrize(
    ("changes", "params", "broken"),
    [
        ({"question_id": {3: FIRST + 2}}, {}, [("unique_ids", 2)]),
        ({"created": {3: pd.Timestamp("2024-02-01", tz="UTC")}}, {}, [("created_in_month", 1)]),
        ({"created": {3: pd.Timestamp("2024-01-31 23:59:59", tz="UTC")}}, {}, []),
        ({"tags": {3: []}}, {}, [("has_tags", 1)]),
        ({"tags": {3: list("abcde")}}, {}, []),
        ({"tags": {3: list("abcdef"), 5: list("abcdefg")}}, {}, [("max_tags", 2)]),
        ({"tags": {3: list("abcdef")}}, {"max_tags": 6}, []),
        ({"tags": {3: list("abcdef")}}, {"max_tags": None}, []),
        ({"title": {3: ""}}, {}, []),
        ({"title": {3: "", 4: ""}}, {}, [("empty_titles", 2)]),
        ({"title": {3: "", 4: ""}}, {"empty_titles": None}, []),
        ({"text": dict.fromkeys(range(6), "")}, {}, [("empty_bodies", 6)]),
        ({"text": dict.fromkeys(range(6), ""), "code": {0: "x = 1"}}, {}, []),
        ({"text": dict.fromkeys(range(100), "")}, {"empty_bodies": 1}, []),
        ({"tags": {3: []}, "title": {3: "", 4: ""}}, {}, [("has_tags", 1), ("empty_titles", 2)]),
    ],
)
def test_each_rule_catches_what_it_is_for(changes, params, broken):
    assert list_rules(make_month(**changes), **params) == broken


def test_a_breach_names_the_month_some_ids_and_the_remedy():
    questions = make_month(tags={row: list("abcdef") for row in (1, 3, 5, 7)})
    (breach,) = find_breaches(MONTH, questions, RulesParams())
    assert breach.message == "4 questions of 2024-01 have more than 5 tags"
    assert breach.examples == (FIRST + 1, FIRST + 3, FIRST + 5)
    assert breach.remedy == "raise validate.max_tags"


def test_a_month_without_questions_is_a_breach_of_its_own():
    assert list_rules(make_month(0)) == [("empty_month", 0)]


@pytest.mark.parametrize(
    ("break_schema", "columns"),
    [
        (lambda questions: questions.drop(columns="code"), "code"),
        (lambda questions: questions.assign(extra=1), "extra"),
        (lambda questions: questions.assign(weight=1), "weight"),
        (lambda questions: questions.assign(weight=pd.Series(-1, questions.index, "float32")), "weight"),
        (lambda questions: questions.assign(title=None, text=7), "text, title"),
        (lambda questions: questions.assign(created="2024-01-01"), "created"),
        (lambda questions: questions.assign(tags="c++").drop(columns="code_tokens"), "code_tokens"),
    ],
)
def test_a_table_that_is_not_as_declared_is_refused(break_schema, columns):
    with pytest.raises(DataError) as refused:
        list_rules(break_schema(make_month()))
    assert str(refused.value) == (
        f"clean questions of 2024-01 are not as declared ({columns}): run `dvc repro --force clean`"
    )


@pytest.mark.parametrize(
    ("counts", "params", "broken"),
    [
        ([150, 300, 17_000], {}, []),
        ([100, 100, 5], {}, []),
        ([100, 100, 4], {}, [("2024-03", "min_volume", 4)]),
        ([100, 100, 4], {"min_volume": None}, []),
        ([100, 100, 49], {"min_volume": 0.5}, [("2024-03", "min_volume", 49)]),
        ([100, 0, 0, 0, 4], {}, [("2024-05", "min_volume", 4)]),
        ([100, 120, 250], {"max_volume": 2}, [("2024-03", "max_volume", 250)]),
        ([0, 0, 10], {"max_volume": 2}, []),
        ([], {}, []),
    ],
)
def test_volume_is_compared_with_the_median_of_the_months_before(counts, params, broken):
    months = {f"2024-{number:02d}": count for number, count in enumerate(counts, 1)}
    breaches = find_volume_breaches(months, RulesParams(**params))
    assert [(breach.month, breach.rule, breach.count) for breach in breaches] == broken


def test_figures_of_a_month():
    questions = make_month(4, title_tokens={0: "a b c", 1: "", 2: "a", 3: "a"}, text={0: ""}, tags={3: list("abcde")})
    questions["text_tokens"] = ["a b", "a b", "a b", "a"]
    tags = sum(map(len, questions["tags"])) / 4
    assert describe_month(MONTH, questions) == {
        "month": MONTH,
        "questions": 4,
        "empty_bodies": 1,
        "mean_tags": tags,
        "mean_title_tokens": 1.25,
        "mean_text_tokens": 1.75,
        "mean_code_tokens": 0.0,
    }


def test_figures_of_an_empty_month_are_zeros():
    assert set(describe_month(MONTH, make_month(0)).values()) == {MONTH, 0}


def test_every_limit_can_be_lifted():
    questions = make_month(title=dict.fromkeys(range(100), ""), text=dict.fromkeys(range(100), ""))
    assert list_rules(questions, **LIFTED) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"max_tags": 0}, "validate.max_tags is 0, it should be greater than or equal to 1"),
        ({"empty_titles": 2}, "validate.empty_titles is 2, it should be less than or equal to 1"),
        ({"colour": 1}, "validate.colour is unknown; validate takes empty_bodies, empty_titles, max_tags"),
    ],
)
def test_limits_out_of_range_are_refused(values, message):
    with pytest.raises(ParamsError, match=message):
        parse_section(RulesParams, values, "validate")
