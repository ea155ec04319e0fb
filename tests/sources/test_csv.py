"""CSV files: a Data Explorer export as it comes, other tables through parameters, and what is said of broken ones."""

import gzip
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tagger.errors import ParamsError, SourceError
from tagger.params import parse_section
from tagger.sources import csv
from tagger.sources.base import Request
from tagger.spool import spool_months

DEFAULTS: dict[str, Any] = {
    "site": "stackexchange",
    "columns": {
        "question_id": "Id",
        "title": "Title",
        "body": "Body",
        "tags": "Tags",
        "created": "CreationDate",
        "score": "Score",
        "view_count": "ViewCount",
        "answer_count": "AnswerCount",
    },
    "where": {"PostTypeId": "1"},
    "tag_separator": None,
    "body_format": "html",
    "date_format": None,
    "delimiter": ",",
    "encoding": "utf-8-sig",
}
TWEETS = {
    "question_id": "tweet_id",
    "title": None,
    "body": "text",
    "tags": "airline_sentiment",
    "created": "tweet_created",
}
HEADER = "Id,PostTypeId,CreationDate,Score,ViewCount,Body,Title,Tags,AnswerCount\n"
ROW = '"7","1","2008-08-02 08:19:18","-3","169","<p>one,</p>\n<p>a ""word""</p>","Über?","<c++><.net>",""\n'
ANSWER = '"8","2","2008-08-02 09:19:18","1","","<p>no</p>","","",""\n'
PLAIN = "id,text,label,day\n"
PLAIN_COLUMNS = {"question_id": "id", "title": None, "body": "text", "tags": "label", "created": "day"}


def params(**changes: Any) -> csv.Params:
    """The defaults but for the changes; those of `columns` are merged."""
    columns = DEFAULTS["columns"] | changes.pop("columns", {})
    return parse_section(csv.Params, DEFAULTS | changes | {"columns": columns}, "sources.csv")


def plain(**changes: Any) -> csv.Params:
    """What reads a file with the header `PLAIN`."""
    columns = PLAIN_COLUMNS | changes.pop("columns", {})
    return params(columns=columns, where=None, **changes)


def read(path: Path, settings: csv.Params, first: str | None = None, last: str | None = None) -> list[dict]:
    request = Request(first=first, last=last, path=path, cache=path.parent)
    return [question for batch in csv.read(settings, request) for question in batch.to_pylist()]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_a_data_explorer_export_needs_no_parameter(table):
    assert read(table(HEADER + ROW + ANSWER), params()) == [
        {
            "question_id": 7,
            "title": "Über?",
            "body": '<p>one,</p>\n<p>a "word"</p>',
            "tags": ["c++", ".net"],
            "weight": 1.0,
            "created": datetime(2008, 8, 2, 8, 19, 18, tzinfo=UTC),
            "score": -3,
            "view_count": 169,
            "answer_count": 0,
            "site": "stackexchange",
        }
    ]


def test_any_table_can_be_mapped(table):
    path = table("n,text,airline_sentiment,tweet_created,tweet_id\n,ok,Late Flight,2015-02-24 11:35:52 -0800,9\n")
    (question,) = read(path, params(columns=TWEETS, where=None, site="airline"))
    assert question["question_id"] == 9
    assert (question["title"], question["body"], question["tags"]) == ("", "ok", ["Late Flight"])
    assert question["created"] == datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)
    assert (question["score"], question["site"]) == (0, "airline")


def test_rows_are_numbered_where_there_is_no_id(table):
    path = table(PLAIN + "x,a,b,2020-01-01\n\nx,c,d,2020-01-02\n")
    assert [row["question_id"] for row in read(path, plain(columns={"question_id": None}))] == [1, 2]


@pytest.mark.parametrize(("where", "ids"), [(None, [7, 8]), ({"PostTypeId": 2}, [8]), ({"Id": 7, "Score": -3}, [7])])
def test_rows_are_filtered(table, where, ids):
    assert [row["question_id"] for row in read(table(HEADER + ROW + ANSWER), params(where=where))] == ids


@pytest.mark.parametrize(("first", "last", "ids"), [(None, "2019-12", [1]), ("2020-01", None, [2])])
def test_only_the_months_asked_for(table, first, last, ids):
    path = table(PLAIN + "1,a,b,2020-01-01T00:30+01:00\n2,a,b,2020-01-01\n")
    assert [row["question_id"] for row in read(path, plain(), first, last)] == ids


@pytest.mark.parametrize(
    ("text", "separator", "tags"),
    [
        ("<c++><.net>", None, ["c++", ".net"]),
        ("|c++|.net|", ",", ["c++", ".net"]),
        ("c++|.net", "|", ["c++", ".net"]),
        ("c++, .net,", ",", ["c++", ".net"]),
        ("c++  .net", " ", ["c++", ".net"]),
        (" Late Flight ", None, ["Late Flight"]),
        ("<", None, ["<"]),
        ("", None, []),
        (" ", ",", []),
    ],
)
def test_tags(text, separator, tags):
    assert csv.parse_tags(text, separator) == tags


@pytest.mark.parametrize(
    ("text", "layout", "moment"),
    [
        ("2008-08-02 08:19:18", None, datetime(2008, 8, 2, 8, 19, 18, tzinfo=UTC)),
        ("2008-08-02T08:19:18.997", None, datetime(2008, 8, 2, 8, 19, 18, tzinfo=UTC)),
        ("2008-08-02T08:19:18Z", None, datetime(2008, 8, 2, 8, 19, 18, tzinfo=UTC)),
        ("2008-08-02 08:19:18.123 UTC", None, datetime(2008, 8, 2, 8, 19, 18, tzinfo=UTC)),
        ("2015-02-24 11:35:52 -0800", None, datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)),
        ("2015-02-24 11:35:52+05:30", None, datetime(2015, 2, 24, 6, 5, 52, tzinfo=UTC)),
        ("2008-08-02", None, datetime(2008, 8, 2, tzinfo=UTC)),
        ("2/24/15 11:35", "%m/%d/%y %H:%M", datetime(2015, 2, 24, 11, 35, tzinfo=UTC)),
    ],
)
def test_dates(text, layout, moment):
    assert csv.parse_date(text, layout) == moment


def test_plain_text_becomes_html(table):
    (question,) = read(table(PLAIN + "1,List<T> & co,x,2020-01-01\n"), plain(body_format="text"))
    assert question["body"] == "List&lt;T&gt; &amp; co"


@pytest.mark.parametrize(
    ("encoding", "delimiter", "name"),
    [("utf-8-sig", ",", "utf-8-sig"), ("latin-1", "\t", "latin-1"), ("utf-16", ";", "utf-16")],
)
def test_encodings_and_delimiters(table, encoding, delimiter, name):
    path = table((HEADER + ROW).replace(",", delimiter), encoding)
    (question,) = read(path, params(encoding=name, delimiter=delimiter))
    assert question["title"] == "Über?"


def test_gzip_is_known_by_its_content(table):
    path = table(HEADER + ROW)
    plain_rows = read(path, params())
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert read(path, params()) == plain_rows


def test_long_cells_and_counts_that_pandas_wrote(table):
    path = table(HEADER + ROW.replace("Über?", "x" * 200_000).replace('"169"', '"169.0"'))
    (question,) = read(path, params())
    assert (len(question["title"]), question["view_count"]) == (200_000, 169)


def test_a_table_of_many_batches(table):
    path = table(PLAIN + "".join(f'{number},"a\nb",x,2020-01-01\n' for number in range(25_000)))
    assert len(read(path, plain())) == 25_000


def check_message(path: Path, settings: csv.Params, message: str) -> None:
    with pytest.raises(SourceError, match=rf"^{re.escape(str(path))}.*{message}.*$") as caught:
        read(path, settings)
    assert "\n" not in str(caught.value)


FAULTS = {
    "empty": ("", "is empty"),
    "no such column": (
        "id,words\n1,a\n",
        "has no column text, its columns are id, words: set sources.csv.columns.body",
    ),
    "blank": ("\n\n", "has no column id, its columns are none"),
    "id": (
        PLAIN + "1,a,b,2020-01-01\nx1,a,b,2020-01-01\n",
        "row that ends in line 3, id is 'x1' .*sources.csv.columns",
    ),
    "id too large": (PLAIN + f"{2**63},a,b,2020-01-01\n", "row that ends in line 2, id is '9223372036854775808'"),
    "date": (PLAIN + '1,"a\n\nb",b,24.02.2015\n', "ends in line 4, day is '24.02.2015' .*sources.csv.date_format"),
    "no date": (PLAIN + "1,a,b,\n", "ends in line 2, day is ''"),
    "few cells": (PLAIN + "1,a,b,2020-01-01\n2,a", "ends in line 3 has not the 4 cells of the header"),
    "many cells": (PLAIN + "1,a,b,2020-01-01,c\n", "ends in line 2 has not the 4 cells of the header"),
    "cut in quotes": (PLAIN + '1,"a,b\n', "is not CSV after line 1 .unexpected end of data.: get the file again"),
    "quotes": (PLAIN + '1,"a" b,c,2020-01-01\n', "is not CSV after line 1"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_file_is_named(table, fault):
    text, message = FAULTS[fault]
    check_message(table(text), plain(), message)


def test_a_filter_on_no_column_is_refused(table):
    settings = params(columns=PLAIN_COLUMNS)
    message = "has no column PostTypeId, its columns are id, text, label, day: set sources.csv.where to null"
    check_message(table(PLAIN), settings, message)


def test_a_count_that_is_none_is_named(table):
    check_message(table(HEADER + ROW.replace("169", "many")), params(), "ends in line 3, ViewCount is 'many'")
    check_message(table(HEADER + ROW.replace("169", "1e12")), params(), "ends in line 3, ViewCount is '1e12'")


def test_a_path_that_is_no_file_is_named(tmp_path):
    check_message(tmp_path / "a.csv", params(), "is not there: set fetch.path to a CSV file")
    check_message(tmp_path, params(), "is a folder: put a CSV file .* there and set fetch.path to the file")


def test_another_encoding_is_named(table):
    check_message(table(HEADER + ROW, "latin-1"), params(), "is not utf-8 after line 0 .*set sources.csv.encoding")
    check_message(table(HEADER + ROW, "utf-16"), params(), "is not utf-8 after line 0 .*set sources.csv.encoding")


@pytest.mark.parametrize("keep", [9, -4])
def test_a_gzip_that_is_cut_off_is_named(table, keep):
    path = table("")
    path.write_bytes(gzip.compress((HEADER + ROW * 9).encode())[:keep])
    check_message(path, params(), "is cut off or damaged after line .*get the file again")


def test_a_damaged_gzip_is_found_out_by_its_checksum(table):
    path = table("")
    packed = bytearray(gzip.compress((HEADER + ROW).encode()))
    packed[-8] ^= 1
    path.write_bytes(packed)
    check_message(path, params(), "is cut off or damaged after line 3 .*get the file again")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"encoding": "utf-9"}, "sources.csv.encoding is 'utf-9', it should be an encoding"),
        ({"delimiter": ";;"}, "sources.csv.delimiter is ';;'"),
        ({"tag_separator": ""}, "sources.csv.tag_separator is ''"),
        ({"columns": {"body": None}}, "sources.csv.columns.body is None"),
        ({"columns": {"bodies": "text"}}, "sources.csv.columns.bodies is unknown"),
        ({"body_format": "markdown"}, "sources.csv.body_format is 'markdown', it should be 'html' or 'text'"),
    ],
)
def test_parameters_are_checked(changes, message):
    with pytest.raises(ParamsError, match=re.escape(message)):
        params(**changes)


REAL = [
    ("sede/QueryResults.csv", {}, 460, 34),
    ("airline/Tweets.csv.gz", {"columns": TWEETS, "where": None}, 14_640, 1),
]


@pytest.mark.skipif("TAGGER_REAL_DATA" not in os.environ, reason="TAGGER_REAL_DATA names no folder with real tables")
@pytest.mark.parametrize(("name", "changes", "rows", "months"), REAL)
def test_real_tables(tmp_path, name, changes, rows, months):
    path = Path(os.environ["TAGGER_REAL_DATA"]) / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    request = Request(first=None, last=None, path=path, cache=tmp_path)
    counts = spool_months(csv.read(params(**changes), request), tmp_path / "raw", None, None)
    assert sum(counts.values()) == rows
    assert sum(1 for count in counts.values() if count) == months
