"""stages.clean: raw months to clean months, what is dropped and counted, and the same bytes however it is run."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import stages.clean
from stages.clean import main
from tagger.engine import Engine
from tagger.errors import DataError, ParamsError
from tagger.io import read_notes, read_table, write_table
from tagger.tables import CLEAN, RAW, make_table

BODY = "<p>How do I <b>sort</b> in Node.js?</p>\n<pre><code>a.sort()\n</code></pre>"


@pytest.fixture(autouse=True)
def _workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write_raw(month, *rows):
    """Write a month of raw questions: each row is an id, tags, and what differs from the usual question."""
    usual = {
        "title": "Sort a list",
        "body": BODY,
        "weight": 1.0,
        "created": pd.Timestamp(f"{month}-02 03:04:05", tz="UTC"),
        "score": 1,
        "view_count": 2,
        "answer_count": 3,
        "site": "stackoverflow",
    }
    questions = [usual | {"question_id": number, "tags": tags} | changes for number, tags, changes in rows]
    columns = {name: [question[name] for question in questions] for name in RAW.names}
    write_table(Path(f"data/raw/{month}.parquet"), make_table(columns, RAW))


def read_clean(month):
    return read_table(f"data/clean/{month}.parquet")


def test_a_question_becomes_prose_code_and_tokens():
    write_raw(
        "2024-01", (7, [" Node.js ", "sorting", "node.js", ""], {"title": "  Sort\n a list in C#  ", "weight": 2.5})
    )
    said = main({}, Engine())
    assert said == "1 of 1 questions in 1 months; 0 duplicate ids and 0 questions without tags dropped"
    assert pq.read_schema("data/clean/2024-01.parquet").names == CLEAN.names
    (row,) = read_clean("2024-01").to_dict("records")
    assert row.pop("tags").tolist() == ["node.js", "sorting"]
    assert row == {
        "question_id": 7,
        "created": pd.Timestamp("2024-01-02 03:04:05", tz="UTC"),
        "weight": 2.5,
        "title": "Sort a list in C#",
        "text": "How do I sort in Node.js?",
        "code": "a.sort()",
        "title_tokens": "sort list c#",
        "text_tokens": "sort node.js node js",
        "code_tokens": "a . sort ()",
    }


def test_duplicate_ids_and_questions_without_tags_go_and_are_counted():
    write_raw("2024-01", (1, ["a"], {}), (2, [], {}), (3, [" "], {}), (4, ["b"], {}), (4, ["c"], {}))
    write_raw("2024-02", (1, ["late"], {}), (2, ["late"], {}), (5, ["d"], {}))
    said = main({}, Engine())
    assert said == "3 of 8 questions in 2 months; 3 duplicate ids and 2 questions without tags dropped"
    assert read_clean("2024-01")["question_id"].tolist() == [1, 4]
    assert [list(tags) for tags in read_clean("2024-01")["tags"]] == [["a"], ["b"]]
    assert read_clean("2024-02")["question_id"].tolist() == [5]
    notes = [read_notes(f"data/clean/2024-0{number}.parquet") for number in (1, 2)]
    assert notes == [
        {"rows_in": 5, "duplicate_ids": 1, "without_tags": 2, "rows": 2},
        {"rows_in": 3, "duplicate_ids": 2, "without_tags": 0, "rows": 1},
    ]


@pytest.mark.parametrize("rows", [[], [(1, [], {})]])
def test_a_month_without_questions_gives_an_empty_file(rows):
    write_raw("2024-01", *rows)
    main({}, Engine())
    assert read_clean("2024-01").empty
    assert pq.read_schema("data/clean/2024-01.parquet").names == CLEAN.names


@pytest.mark.parametrize("text", [None, "", "plain text", "<" * 1000, "&lt;p&gt;x&lt;/p&gt;"])
def test_any_title_and_body_are_cleaned(text):
    write_raw("2024-01", (1, ["a"], {"title": text, "body": text}))
    main({}, Engine())
    assert len(read_clean("2024-01")) == 1


def test_parameters_choose_what_becomes_of_words():
    write_raw("2024-01", (1, ["a"], {"title": "How to sort the lists"}))
    main({"clean": {"stop_words": "none", "morphology": "stem"}}, Engine())
    assert read_clean("2024-01")["title_tokens"].tolist() == ["how to sort the list"]


def test_workers_write_the_same_bytes(monkeypatch):
    for month in ("2024-01", "2024-02"):
        write_raw(month, *((int(month[-2:]) * 1000 + number, ["a"], {}) for number in range(30)))
    main({}, Engine())
    alone = [path.read_bytes() for path in sorted(Path("data/clean").iterdir())]
    monkeypatch.setattr(stages.clean, "ROWS_FOR_WORKERS", 1)
    main({}, Engine(jobs=2))
    assert [path.read_bytes() for path in sorted(Path("data/clean").iterdir())] == alone


def test_a_raw_table_that_lacks_a_column_is_refused():
    write_raw("2024-01", (1, ["a"], {}))
    table = pq.read_table("data/raw/2024-01.parquet").drop_columns(["body", "site"])
    pq.write_table(table, "data/raw/2024-01.parquet")
    with pytest.raises(DataError, match="the raw table lacks body, site: run `dvc repro --force fetch`"):
        main({}, Engine())


def test_no_raw_month_is_refused():
    with pytest.raises(DataError, match="data/raw holds no month: run `dvc repro fetch`"):
        main({}, Engine())


def test_an_unknown_value_is_refused_by_name():
    with pytest.raises(
        ParamsError, match=r"clean.morphology is 'stemming', it should be 'none', 'stem' or 'lemmatize'"
    ):
        main({"clean": {"morphology": "stemming"}}, Engine())
