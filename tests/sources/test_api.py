import gzip
import logging
import socket
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tagger.errors import ParamsError, QuotaError, SourceError
from tagger.params import parse_section
from tagger.sources.api import LAG, Params, read
from tagger.sources.base import Request
from tagger.tables import RAW
from tests.sources.api_server import ApiServer, answer, error, hang, raw, reset, serving

MAY = int(datetime(2024, 5, 1, tzinfo=UTC).timestamp())
JUNE = int(datetime(2024, 6, 1, tzinfo=UTC).timestamp())
JULY = int(datetime(2024, 7, 1, tzinfo=UTC).timestamp())
KEY = "s3cret((key"


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    seconds: float = 1000.0
    naps: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.naps.append(round(seconds, 2))
        self.seconds += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("tagger.stackexchange.monotonic", clock.monotonic)
    monkeypatch.setattr("tagger.stackexchange.sleep", clock.sleep)
    return clock


@pytest.fixture(autouse=True)
def restored_logger() -> Iterator[None]:
    level = logging.getLogger("httpx").level
    yield
    logging.getLogger("httpx").setLevel(level)


def ask_question(number: int, created: int, **more: Any) -> dict[str, Any]:
    return {
        "question_id": number,
        "creation_date": created,
        "title": f"Question {number}",
        "body": "<p>Why?</p>",
        "tags": ["python"],
        "score": 1,
        "view_count": 2,
        "answer_count": 3,
        "owner": {"display_name": "nobody"},
        **more,
    }


def ask_questions(count: int, start: int = MAY, step: int = 60) -> list[dict[str, Any]]:
    return [ask_question(number, start + number * step) for number in range(count)]


def make_params(url: str, **values: Any) -> Params:
    defaults = {"site": "stackoverflow", "filter": "withbody", "retries": 3, "timeout": 5, "max_wait": 60}
    return Params(**{"base_url": url, **defaults, **values})


def read_rows(
    server: ApiServer | str,
    cache: Path,
    first: str | None = "2024-05",
    last: str | None = "2024-06",
    key: str | None = None,
    **values: Any,
) -> list[dict[str, Any]]:
    url = server if isinstance(server, str) else server.url
    tables = list(read(make_params(url, **values), Request(first, last, Path("unused"), cache, key)))
    assert all(table.schema == RAW for table in tables)
    return [row for table in tables for row in table.to_pylist()]


def read_ids(*args: Any, **values: Any) -> list[int]:
    return [row["question_id"] for row in read_rows(*args, **values)]


def test_question_becomes_a_row(tmp_path: Path) -> None:
    bare = ask_question(7, MAY, title="a &lt;b&gt; &amp;amp; &#39;c&#39; \ud83d\0", body="<p>&lt;i&gt;</p>")
    for name in ("owner", "score", "view_count", "answer_count"):
        del bare[name]
    with serving([bare, ask_question(8, MAY + 1, score=-2)]) as server:
        rows = read_rows(server, tmp_path, site="stackoverflow")
    assert rows[0] == {
        "question_id": 7,
        "title": "a <b> &amp; 'c' ?",
        "body": "<p>&lt;i&gt;</p>",
        "tags": ["python"],
        "weight": 1.0,
        "created": datetime(2024, 5, 1, tzinfo=UTC),
        "score": 0,
        "view_count": 0,
        "answer_count": 0,
        "site": "stackoverflow",
    }
    assert (rows[1]["score"], rows[1]["view_count"], rows[1]["answer_count"]) == (-2, 2, 3)


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (1, 1), (100, 1), (101, 2), (199, 2), (1000, 11), (2600, 27)])
def test_requests_are_few(count: int, requests: int, tmp_path: Path) -> None:
    with serving(ask_questions(count)) as server:
        assert read_ids(server, tmp_path) == list(range(count))
    assert len(server.asked) == requests


def test_query_is_what_the_api_documents(tmp_path: Path) -> None:
    with serving(ask_questions(150)) as server:
        read_ids(server, tmp_path, site="stats", filter="!own", key=KEY)
    common = {"site": "stats", "filter": "!own", "sort": "creation", "order": "asc", "pagesize": "100", "key": KEY}
    first, second = server.asked
    assert first == {**common, "page": "1", "fromdate": str(MAY)}
    assert second == {**common, "page": "1", "fromdate": str(MAY + 99 * 60)}


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2024-05", "2024-05", [2, 3]),
        ("2024-06", "2024-06", [4, 5]),
        ("2024-05", None, [2, 3, 4, 5, 6]),
        (None, "2024-05", [1, 2, 3]),
        (None, None, [1, 2, 3, 4, 5, 6]),
        ("2024-08", "2024-09", []),
        ("2999-01", "2999-12", []),
    ],
)
def test_months_are_inclusive(first: str | None, last: str | None, expected: list[int], tmp_path: Path) -> None:
    moments = [MAY - 1, MAY, JUNE - 1, JUNE, JULY - 1, JULY]
    with serving([ask_question(number, moment) for number, moment in enumerate(moments, 1)]) as server:
        assert read_ids(server, tmp_path, first, last) == expected


@pytest.mark.parametrize("place", [0, 50, 99, 100])
def test_one_second_may_fill_pages(place: int, tmp_path: Path) -> None:
    crowd = [ask_question(1000 + number, MAY + place * 60) for number in range(250)]
    with serving(ask_questions(200) + crowd) as server:
        ids = read_ids(server, tmp_path)
    assert sorted(ids) == sorted([*range(200), *range(1000, 1250)])


def test_second_beyond_the_last_page_is_an_error(tmp_path: Path) -> None:
    crowd = [ask_question(number, MAY) for number in range(2501)]
    with serving(crowd) as server, pytest.raises(SourceError, match=f"more than 2,500 questions .* {MAY}.*dump"):
        read_ids(server, tmp_path)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(error(500), id="internal error"),
        pytest.param(error(502), id="throttled without a time"),
        pytest.param(error(503), id="unavailable"),
        pytest.param(raw(b"<html>Bad Gateway</html>", 502), id="page of a gateway"),
        pytest.param(raw(b'["busy"]', 503), id="JSON of a gateway"),
        pytest.param(raw(b"<html>Hello</html>"), id="no JSON"),
        pytest.param(raw(b'{"items": ['), id="half of the JSON"),
        pytest.param(raw(b""), id="empty"),
        pytest.param(raw(b"\xff\xfe\xff"), id="no text"),
        pytest.param(raw(b"", Content_Encoding="identity"), id="no gzip"),
        pytest.param(answer(cut=True), id="cut off"),
        pytest.param(reset, id="reset"),
    ],
)
def test_passing_fault_is_asked_again(fault: Any, clock: Clock, tmp_path: Path) -> None:
    with serving(ask_questions(150), [answer(), fault, fault]) as server:
        assert read_ids(server, tmp_path) == list(range(150))
    assert len(server.asked) == 4
    assert [nap for nap in clock.naps if nap >= 1] == [1, 2]


def test_silence_is_asked_again(tmp_path: Path) -> None:
    with serving(ask_questions(5), [hang]) as server:
        assert read_ids(server, tmp_path, timeout=0.1) == list(range(5))
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (error(500, "oops\nagain"), "error 500 name: oops again"),
        (raw(b"<html>", 502), "HTTP 502 without JSON"),
        (raw(b""), "HTTP 200 without JSON"),
        (reset, "ReadError"),
        (error(502, "more requests available in 2 seconds"), "available in 2 seconds"),
    ],
)
def test_lasting_fault_is_one_line(fault: Any, reason: str, tmp_path: Path) -> None:
    with serving(script=[fault] * 9) as server, pytest.raises(SourceError) as caught:
        read_ids(server, tmp_path, retries=2)
    message = str(caught.value)
    assert server.url in message
    assert reason in message
    assert "3 attempts" in message
    assert "sources.api.base_url" in message
    assert "\n" not in message
    assert len(server.asked) == 3
    assert not isinstance(caught.value, QuotaError)


def test_unreachable_names_the_parameter(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/2.3"
        with pytest.raises(SourceError, match=r"Connection refused.*sources\.api\.base_url") as caught:
            read_ids(url, tmp_path)
    assert url in str(caught.value)


@pytest.mark.parametrize(
    ("number", "message", "remedy"),
    [
        (400, "No site found for name `x`", "look at sources.api.site"),
        (400, "Invalid filter specified", "look at sources.api.filter"),
        (400, "`key` doesn't match a known application", "look at STACKEXCHANGE_KEY"),
        (400, "pagesize", "look at sources.api.site, sources.api.filter, STACKEXCHANGE_KEY"),
        (403, "page above 25 requires access token or app key", "look at STACKEXCHANGE_KEY"),
        (404, "no method found with this name", "look at sources.api.base_url"),
        (405, "key required", "look at STACKEXCHANGE_KEY"),
    ],
)
def test_error_of_the_caller_is_not_repeated(number: int, message: str, remedy: str, tmp_path: Path) -> None:
    with serving(script=[error(number, message)]) as server, pytest.raises(SourceError) as caught:
        read_ids(server, tmp_path)
    assert str(caught.value).endswith(remedy)
    assert f"error {number} name: {message}" in str(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"[]", 200, "no wrapper object"),
        (b'"hello"', 200, "no wrapper object"),
        (b'{"detail": "Not Found"}', 404, "HTTP 404 with JSON that is no wrapper object"),
        (b"{}", 200, "without items, has_more"),
        (b'{"total": 7}', 200, r"without items, has_more.*sources\.api\.filter"),
        (b'{"items": {}, "has_more": false}', 200, "without items"),
        (b'{"items": []}', 200, "without has_more"),
        (b'{"items": ["a"], "has_more": false}', 200, "without body, creation_date, question_id, tags, title"),
        (b'{"items": [], "has_more": true}', 200, "empty page"),
    ],
)
def test_another_shape_is_an_error(body: bytes, status: int, message: str, tmp_path: Path) -> None:
    with serving(script=[raw(body, status)]) as server, pytest.raises(SourceError, match=message):
        read_ids(server, tmp_path)
    assert len(server.asked) == 1


def test_missing_bodies_name_the_filter(tmp_path: Path) -> None:
    bare = ask_question(1, MAY)
    del bare["body"]
    remedy = r"without body: set sources\.api\.filter to withbody"
    with serving([ask_question(0, MAY), bare]) as server, pytest.raises(SourceError, match=remedy):
        read_ids(server, tmp_path, filter="default")
    assert not list(tmp_path.rglob("*.gz"))


@pytest.mark.parametrize(("step", "requests"), [(answer(backoff=7), 2), (error(500, backoff=7), 3)])
def test_backoff_is_waited_for(step: Any, requests: int, clock: Clock, tmp_path: Path) -> None:
    with serving(ask_questions(150), [step]) as server:
        assert len(read_ids(server, tmp_path)) == 150
    assert len(server.asked) == requests
    assert 7 <= sum(clock.naps) < 7.1


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        (error(502, "too many requests from this IP, more requests available in 42 seconds"), 42),
        (raw(b"<html>Too many requests</html>", 429), 60),
        (raw(b"{}", 429, Retry_After="9"), 9),
    ],
)
def test_short_throttle_is_waited_for(fault: Any, pause: int, clock: Clock, tmp_path: Path) -> None:
    with serving(ask_questions(5), [fault]) as server:
        assert len(read_ids(server, tmp_path)) == 5
    assert sum(clock.naps) == pytest.approx(pause)
    assert len(server.asked) == 2


@pytest.mark.parametrize("retries", [0, 3])
def test_long_throttle_ends_the_run(retries: int, clock: Clock, tmp_path: Path) -> None:
    throttle = error(502, "too many requests from this IP, more requests available in 85909 seconds")
    with serving(script=[throttle]) as server, pytest.raises(QuotaError, match=r"no request is allowed for 8590[89] s"):
        read_ids(server, tmp_path, retries=retries)
    assert len(server.asked) == 1
    assert sum(clock.naps) <= 1


def test_long_backoff_ends_the_run_but_keeps_its_answer(tmp_path: Path) -> None:
    with serving(ask_questions(150), [answer(backoff=3600)]) as server:
        with pytest.raises(QuotaError, match=r"3600 s.*max_wait is 60.*1 requests are kept"):
            read_ids(server, tmp_path)
        assert len(read_ids(server, tmp_path)) == 150
    assert len(server.asked) == 2


def test_requests_are_spaced(clock: Clock, tmp_path: Path) -> None:
    with serving(ask_questions(1000)) as server:
        read_ids(server, tmp_path)
    assert clock.naps == [0.05] * (len(server.asked) - 1)


@pytest.mark.parametrize("key", [None, KEY])
def test_spent_quota_ends_the_run_and_the_next_goes_on(key: str | None, tmp_path: Path) -> None:
    with serving(ask_questions(1000), quota=4) as server:
        with pytest.raises(QuotaError, match=r"quota is spent; the pages of this run's 4 requests are kept") as caught:
            read_ids(server, tmp_path, key=key)
        assert ("STACKEXCHANGE_KEY" in str(caught.value)) == (key is None)
        assert caught.value.exit_code == 75
        server.quota = 300
        assert read_ids(server, tmp_path, key=key) == list(range(1000))
    assert len({tuple(query.items()) for query in server.asked}) == len(server.asked) == 11


def test_last_request_of_the_quota_may_end_the_work(tmp_path: Path) -> None:
    with serving(ask_questions(150), quota=2) as server:
        assert len(read_ids(server, tmp_path)) == 150


def test_question_deleted_between_two_runs_hides_no_other(tmp_path: Path) -> None:
    with serving(ask_questions(1000), quota=4) as server:
        with pytest.raises(QuotaError):
            read_ids(server, tmp_path)
        server.quota, server.questions = 300, server.questions[50:]
        assert read_ids(server, tmp_path) == list(range(1000))


def test_cached_answers_are_not_asked_again(tmp_path: Path) -> None:
    with serving(ask_questions(250)) as server:
        rows = read_rows(server, tmp_path, key=KEY)
        asked = len(server.asked)
        assert read_rows(server, tmp_path) == rows
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("before", "after"),
    [(("2024-05", "2024-05"), ("2024-05", "2024-06")), (("2024-06", "2024-06"), ("2024-05", "2024-06"))],
)
def test_another_month_costs_what_it_brings(before: tuple[str, str], after: tuple[str, str], tmp_path: Path) -> None:
    questions = ask_questions(1000, step=2 * 30 * 24 * 36)
    with serving(questions) as server:
        read_ids(server, tmp_path, *before)
        read_ids(server, tmp_path, *after)
        assert len(server.asked) <= 12
        assert read_ids(server, tmp_path / "new", *after) == read_ids(server, tmp_path, *after)


@pytest.mark.parametrize("other", [{"site": "stats"}, {"filter": "!own"}])
def test_other_parameters_have_their_own_cache(other: dict[str, str], tmp_path: Path) -> None:
    with serving(ask_questions(5)) as server:
        read_ids(server, tmp_path)
        read_ids(server, tmp_path, **other)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"[{"), gzip.compress(b"[]" * 99)[:-9]],
    ids=["empty", "no gzip", "no JSON", "cut off"],
)
def test_broken_cache_file_is_asked_anew(content: bytes, tmp_path: Path) -> None:
    with serving(ask_questions(150)) as server:
        read_ids(server, tmp_path)
        for path in list(tmp_path.rglob("*.gz")):
            path.write_bytes(content)
            path.with_name(f".{path.name}.1").write_bytes(b"left by a killed run")
            path.with_name("stray.json.gz").write_bytes(b"of somebody else")
        server.questions = ask_questions(250)
        assert read_ids(server, tmp_path) == list(range(250))
        assert read_ids(server, tmp_path) == list(range(250))
    assert len(server.asked) == 2 + 3


def test_present_is_asked_again_for_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = MAY + 1_000_000
    monkeypatch.setattr("tagger.sources.api.time", lambda: now)
    old, fresh, late = (ask_question(n, moment) for n, moment in [(1, MAY), (2, now - LAG + 5), (3, now + 5)])
    with serving([old, fresh]) as server:
        assert read_ids(server, tmp_path, last=None) == [1]
        now += 3600
        server.questions.append(late)
        assert read_ids(server, tmp_path, last=None) == [1, 2, 3]
    assert [query["fromdate"] for query in server.asked] == [str(MAY), str(MAY + 1_000_000 - LAG)]


def test_key_is_in_no_line_and_no_message(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "httpx", "httpcore", "tagger"):
        caplog.set_level(logging.DEBUG, logger=name)
    echo = error(400, f"`key` {KEY} doesn't match a known application")
    scripts: list[list[Any]] = [
        [reset] * 9,
        [raw(b"<html>")] * 9,
        [error(500, KEY)] * 9,
        [echo],
        [answer(), *[hang] * 9],
    ]
    told = []
    for number, script in enumerate(scripts):
        with serving(ask_questions(150), script) as server, pytest.raises(SourceError) as caught:
            read_ids(server, tmp_path / str(number), key=KEY, timeout=0.05, retries=1)
        told.append("".join(traceback.format_exception(caught.value)))
        assert server.asked[0]["key"] == KEY
    assert "(the key)" in told[3]
    assert all("s3cret" not in text for text in [*told, caplog.text, *map(str, tmp_path.rglob("*"))])
    assert all(b"s3cret" not in gzip.decompress(path.read_bytes()) for path in tmp_path.rglob("*.gz"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"base_url": "api.stackexchange.com"}, r"sources\.api\.base_url is 'api\.stackexchange\.com', it should be"),
        ({"base_url": "ftp://example.org"}, "should be"),
        ({"site": ""}, r"sources\.api\.site"),
        ({"retries": -1}, r"sources\.api\.retries is -1"),
        ({"max_wait": None}, r"sources\.api\.max_wait"),
        ({"key": KEY}, r"sources\.api\.key is unknown; sources\.api takes base_url, filter"),
    ],
)
def test_wrong_parameters_are_refused(values: dict[str, Any], message: str) -> None:
    good = {"base_url": "https://api.stackexchange.com/2.3", "site": "stackoverflow", "filter": "withbody"}
    good |= {"retries": 5, "timeout": 30, "max_wait": 120}
    assert parse_section(Params, good, "sources.api").site == "stackoverflow"
    with pytest.raises(ParamsError, match=message):
        parse_section(Params, {**good, **values}, "sources.api")
