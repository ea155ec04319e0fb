"""stages.validate: the figures of the data, and which broken rules stop the run."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stages.validate import main
from tagger.engine import Engine
from tagger.errors import DataError
from tagger.io import read_json, write_table
from tagger.tables import CLEAN, make_table
from tests.questions import make_questions

SPLIT = {"validation": 1, "test": 1, "followed": 1}
MONTHS = [f"2024-0{number}" for number in range(1, 6)]


@pytest.fixture(autouse=True)
def _workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write_clean(month, count=20, **columns):
    """Write a month of clean questions; keyword arguments replace whole columns."""
    questions = make_questions(count, month=month).assign(**columns)
    notes = {"rows_in": count + 3, "duplicate_ids": 2, "without_tags": 1, "rows": count}
    write_table(Path(f"data/clean/{month}.parquet"), make_table(questions, CLEAN), notes)


def validate(**rules):
    return main({"validate": rules, "split": SPLIT}, Engine())


def test_figures_of_sound_data():
    for month in MONTHS:
        write_clean(month)
    assert validate() == "100 questions in 5 months, 0 warnings"
    data = read_json(Path("metrics/data.json"))
    months = data.pop("months")
    tags = data.pop("tags_per_question")
    assert 1 <= tags <= 2
    assert data == {
        "rows_in": 115,
        "rows": 100,
        "duplicate_ids": 10,
        "without_tags": 5,
        "tags": 4,
        "month_count": 5,
        "empty_months": 0,
        "warning_count": 0,
        "warnings": [],
    }
    assert [month["month"] for month in months] == MONTHS
    assert {month["questions"] for month in months} == {20}


NAMED = "such as 2024020000, 2024020001, 2024020002"
TOO_MANY_TAGS = f"rule max_tags: 20 questions of 2024-02 have more than 5 tags, {NAMED}: raise validate.max_tags"
NO_TITLES = (
    f"rule empty_titles: 20 questions of 2024-02 have no title, more than a share of 0.01, {NAMED}: "
    "raise validate.empty_titles"
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tags": [list("abcdef")] * 20}, TOO_MANY_TAGS),
        ({"title": [""] * 20}, NO_TITLES),
        ({"title": [""] * 20, "text": [""] * 20}, f"{NO_TITLES}; 1 more breach stands in metrics/data.json"),
    ],
)
def test_a_rule_broken_before_the_followed_months_stops_the_run_after_the_figures(changes, message):
    for month in MONTHS:
        write_clean(month, **(changes if month == "2024-02" else {}))
    with pytest.raises(DataError) as refused:
        validate()
    assert str(refused.value) == message
    assert read_json(Path("metrics/data.json"))["rows"] == 100


def test_a_rule_broken_in_a_followed_month_is_a_warning():
    for month in MONTHS:
        write_clean(month, **({"tags": [list("abcdef")] * 20} if month == MONTHS[-1] else {}))
    assert validate() == "100 questions in 5 months, 1 warnings"
    data = read_json(Path("metrics/data.json"))
    assert data["warning_count"] == 1
    assert data["warnings"] == [
        {
            "month": "2024-05",
            "rule": "max_tags",
            "count": 20,
            "examples": [2024050000, 2024050001, 2024050002],
            "message": "20 questions of 2024-05 have more than 5 tags",
            "remedy": "raise validate.max_tags",
        }
    ]


def test_a_limit_that_is_raised_lets_the_run_go_on():
    for month in MONTHS:
        write_clean(month, tags=[list("abcdef")] * 20)
    assert validate(max_tags=6) == "100 questions in 5 months, 0 warnings"


def test_an_empty_month_warns_wherever_it_is():
    for month in MONTHS:
        write_clean(month, 0 if month == "2024-02" else 20)
    assert validate() == "80 questions in 5 months, 1 warnings"
    data = read_json(Path("metrics/data.json"))
    assert (data["empty_months"], data["warnings"][0]["message"]) == (1, "0 questions of 2024-02 came")


def test_a_month_with_far_fewer_questions_stops_the_run():
    for month in MONTHS:
        write_clean(month, 1 if month == "2024-04" else 30)
    with pytest.raises(DataError, match="rule min_volume: 1 questions of 2024-04 are fewer"):
        validate()


def test_no_question_at_all_stops_the_run():
    for month in MONTHS:
        write_clean(month, 0)
    with pytest.raises(DataError, match="no question is left after clean"):
        validate()
    assert read_json(Path("metrics/data.json"))["tags_per_question"] == 0


def test_too_few_months_are_refused():
    write_clean("2024-01")
    with pytest.raises(DataError, match="split needs 3 months"):
        validate()


def test_a_table_of_other_columns_is_refused():
    for month in MONTHS:
        write_clean(month)
    path = "data/clean/2024-03.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["code_tokens"]), path)
    with pytest.raises(DataError, match=r"clean questions of 2024-03 are not as declared \(code_tokens\)"):
        validate()


def test_the_figures_are_the_same_bytes_again():
    for month in MONTHS:
        write_clean(month)
    validate()
    before = Path("metrics/data.json").read_bytes()
    validate()
    assert Path("metrics/data.json").read_bytes() == before
