"""Posts.xml, alone and in a 7z: what is read, and what is said where it cannot be."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import py7zr
import pytest

from tagger.archive import CHUNK
from tagger.errors import SourceError
from tagger.sources import dump
from tagger.sources.base import Request, split_tags
from tagger.spool import spool_months

HEAD = '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<posts>\n'
ROW = (
    '  <row Id="{id}" PostTypeId="{kind}" CreationDate="{date}" Score="-3" ViewCount="169"'
    ' Body="&lt;p&gt;a &amp;lt; b&lt;/p&gt;&#xA;" Title="Is a &lt; b?"'
    ' Tags="&lt;c++&gt;&lt;.net&gt;" AnswerCount="2" />\n'
)


def row(number: int, kind: int = 1, date: str = "2016-08-02T15:39:14.947") -> str:
    return ROW.format(id=number, kind=kind, date=date)


def xml(*rows: str) -> str:
    return HEAD + "".join(rows) + "</posts>\n"


def read(path: Path, first: str | None = None, last: str | None = None) -> list[dict]:
    request = Request(first=first, last=last, path=path, cache=path.parent)
    batches = dump.read(dump.Params(site="ai"), request)
    return [question for batch in batches for question in batch.to_pylist()]


@pytest.fixture
def posts(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "Posts.xml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def archive(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    def write(members: dict[str, str], **options: object) -> Path:
        path = tmp_path / "Posts.7z"
        with py7zr.SevenZipFile(path, "w", **options) as file:
            for name, text in members.items():
                file.writestr(text, name)
        return path

    return write


def test_a_question_becomes_a_row_of_the_raw_table(posts):
    assert read(posts(xml(row(7)))) == [
        {
            "question_id": 7,
            "title": "Is a < b?",
            "body": "<p>a &lt; b</p>\n",
            "tags": ["c++", ".net"],
            "weight": 1.0,
            "created": datetime(2016, 8, 2, 15, 39, 14, tzinfo=UTC),
            "score": -3,
            "view_count": 169,
            "answer_count": 2,
            "site": "ai",
        }
    ]


def test_answers_and_wikis_are_left_out(posts):
    questions = read(posts(xml(row(1), row(2, kind=2), row(3, kind=4), row(4))))
    assert [question["question_id"] for question in questions] == [1, 4]


def test_nulls_are_attributes_left_out(posts):
    (question,) = read(posts(xml('<row Id="1" PostTypeId="1" CreationDate="2009-10-12" Body="" />')))
    assert question["created"] == datetime(2009, 10, 12, tzinfo=UTC)
    assert [question[name] for name in ("title", "tags", "view_count")] == ["", [], 0]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("<c++><.net>", ["c++", ".net"]),
        ("|c++|.net|", ["c++", ".net"]),
        ("<one>", ["one"]),
        ("|one|", ["one"]),
        ("", []),
    ],
)
def test_tags_of_every_time(text, tags):
    assert split_tags(text) == tags


@pytest.mark.parametrize(
    ("first", "last", "ids"),
    [(None, None, [1, 2, 3]), ("2016-08", None, [2, 3]), (None, "2016-08", [1, 2]), ("2016-08", "2016-08", [2])],
)
def test_only_the_months_asked_for(posts, first, last, ids):
    dates = ["2016-07-31T23:59:59.999", "2016-08-31T23:59:59.999", "2016-09-01T00:00:00.000"]
    path = posts(xml(*(row(number, date=date) for number, date in enumerate(dates, 1))))
    assert [question["question_id"] for question in read(path, first, last)] == ids


@pytest.mark.parametrize("options", [{}, {"filters": [{"id": py7zr.FILTER_BZIP2}]}])
def test_an_archive_reads_like_the_file_in_it(posts, archive, options):
    text = xml(*(row(number) for number in range(12_000)))
    members = {"a/Badges.xml": "<badges/>", "a/Posts.xml": text, "a/Users.xml": "<users/>"}
    packed = read(archive(members, **options))
    assert len(packed) == 12_000
    assert packed == read(posts(text))


@pytest.mark.parametrize("shift", range(12))
def test_characters_that_xml_forbids_are_dropped_even_between_two_chunks(posts, shift):
    start = xml(row(1)).removesuffix("</posts>\n") + '<row Id="2" PostTypeId="1" CreationDate="2016-08-02" Body="'
    filling = "x" * (CHUNK - len(start.encode()) - shift)
    path = posts(f'{start}{filling}&#xD83D;&#x0E;&#0;&#x1f;&#xA;&amp;#x0E;" />\n</posts>')
    assert read(path)[1]["body"] == f"{filling}\n&#x0E;"


def test_a_reader_that_stops_early_leaves_nothing_behind(archive):
    path = archive({"Posts.xml": xml(*(row(number) for number in range(12_000)))})
    batches = dump.read(dump.Params(site="ai"), Request(first=None, last=None, path=path, cache=path.parent))
    next(batches)
    batches.close()


BOMB = '<?xml version="1.0"?><!DOCTYPE posts [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><posts><row Id="&b;"/></posts>'
FAULTS = {
    "empty": ("", "is empty"),
    "no XML": ("Id,Title\n1,x\n", "holds no XML"),
    "another file of the dump": ("<users><row Id='1'/></users>", "holds <users>, not <posts>: set fetch.path"),
    "cut in a row": (xml(row(1), row(2), row(3))[:-40], "is cut off or damaged after 2 rows .*download it again"),
    "cut between rows": (xml(row(1), row(2)).removesuffix("</posts>\n"), "is cut off or damaged after 2 rows"),
    "broken": (xml(row(1), "<row Id=2/>", row(3)), "is cut off or damaged after 1 rows"),
    "entities": (BOMB, "has a DOCTYPE"),
    "no such day": (xml(row(1), row(5, date="2016-02-30")), "the row with Id 5 cannot be read .*day"),
    "no date": (xml(row(6, date="yesterday")), "the row with Id 6 cannot be read .*yesterday"),
    "no number": (xml(row(7).replace("-3", "x")), "the row with Id 7 cannot be read .*'x'"),
    "number too large": (xml(row(8).replace("169", "99999999999")), "the row with Id 8 cannot be read"),
    "no body": (xml(row(9).replace("Body", "Text")), "the row with Id 9 cannot be read .it has no Body"),
    "no date at all": (
        xml(row(9).replace("CreationDate", "D")),
        "the row with Id 9 cannot be read .it has no Creation",
    ),
    "no type": (xml(row(9).replace("PostTypeId", "Kind")), "the row with Id 9 cannot be read .it has no PostTypeId"),
    "no id": (xml(row(9).replace("<row Id", "<row No")), r"the row with Id \(none\) cannot be read .it has no Id"),
}


def check_message(path: Path, message: str) -> None:
    with pytest.raises(SourceError, match=rf"^{re.escape(str(path))}.*{message}.*$") as caught:
        read(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_file_is_named(posts, fault):
    text, message = FAULTS[fault]
    check_message(posts(text), message)


def test_a_path_that_is_no_file_is_named(tmp_path):
    check_message(tmp_path / "Posts.xml", "is not there: set fetch.path to a Posts.xml")
    check_message(tmp_path, "is a folder: put a Posts.xml or Posts.7z of a dump there and set fetch.path to the file")


def test_an_archive_without_posts_is_named(archive):
    check_message(archive({"Users.xml": "<users/>"}), "should hold one Posts.xml, it holds Users.xml")
    check_message(archive({"a/Posts.xml": xml(), "b/Posts.xml": xml()}), "it holds a/Posts.xml, b/Posts.xml")


def test_a_locked_archive_is_named(archive):
    check_message(archive({"Posts.xml": xml(row(1))}, password="any"), "asks for a password")  # noqa: S106


def test_what_is_no_archive_is_named(tmp_path):
    path = tmp_path / "Posts.7z"
    path.write_text(xml(row(1)), encoding="utf-8")
    check_message(path, "is not a 7z archive: download it again")


@pytest.mark.parametrize("keep", [7, 40, -1])
def test_an_archive_that_is_cut_off_is_named(archive, keep):
    path = archive({"Posts.xml": xml(row(1))})
    path.write_bytes(path.read_bytes()[:keep])
    check_message(path, "is cut off or damaged after 0 rows .*download it again")


def test_a_damaged_archive_is_found_out_by_its_checksum(archive):
    path = archive({"Posts.xml": xml(row(1), row(2))}, filters=[{"id": py7zr.FILTER_COPY}])
    path.write_bytes(path.read_bytes().replace(b"169", b"170", 1))
    check_message(path, r"is cut off or damaged after 2 rows \(checksum differs\)")


REAL = [("onstartups", 9_925, 52), ("ai", 604, 8)]


@pytest.mark.skipif("TAGGER_REAL_DATA" not in os.environ, reason="TAGGER_REAL_DATA names no folder with real dumps")
@pytest.mark.parametrize(("name", "rows", "months"), REAL)
def test_real_dumps(tmp_path, name, rows, months):
    path = Path(os.environ["TAGGER_REAL_DATA"]) / name / "Posts.7z"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    request = Request(first=None, last=None, path=path, cache=tmp_path)
    counts = spool_months(dump.read(dump.Params(site=name), request), tmp_path / "raw", None, None)
    assert sum(counts.values()) == rows
    assert sum(1 for count in counts.values() if count) == months
