"""Log lines: what is in them, and what is left out."""

import json
import logging

import orjson
import pytest

from service.telemetry.calls import Call, current
from service.telemetry.logs import Json, Sparse, Text, make_config
from tests.service.servers import serving


def make_record(message, *args, name="service.x", level=logging.INFO, error=None, **fields):
    record = logging.LogRecord(name, level, "x.py", 1, message, args, error and (type(error), error, None))
    record.__dict__ |= fields
    record.created = 1767225600.5
    return record


@pytest.fixture
def call():
    """A request that is being answered."""
    state = {"request_id": "r1", "version": "v1", "caller": "c0ffee", "key": "hidden"}
    token = current.set(Call("POST", "/v1/tags", state, 503, 0.25, "aa", "bb"))
    yield
    current.reset(token)


def test_a_line_is_an_object_with_the_request_s_fields(call):
    line = Json().format(make_record("%d rows\nof a kind", 3, count=3, title="hidden"))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-01-01T00:00:00.500Z",
        "level": "info",
        "logger": "service.x",
        "message": "3 rows",
        "request_id": "r1",
        "trace_id": "aa",
        "span_id": "bb",
        "route": "/v1/tags",
        "version": "v1",
        "caller": "c0ffee",
        "status": 503,
        "seconds": 0.25,
        "count": 3,
    }


def test_a_line_of_text_has_the_same(call):
    line = Text().format(make_record("3 rows", count=3, title="hidden"))
    assert line.startswith("2026-01-01T00:00:00.500Z info    service.x: 3 rows request_id=r1 ")
    assert line.endswith("status=503 seconds=0.25 count=3")
    assert "hidden" not in line


def fail():
    try:
        raise KeyError("hidden")
    except KeyError as error:
        raise ValueError("hidden") from error


def test_an_exception_is_told_by_its_kinds_and_places():
    try:
        fail()
    except ValueError as error:
        record = make_record("failed", level=logging.ERROR, error=error)
        lines = Json().format(record), Text().format(record)
    told = json.loads(lines[0])
    assert told["exception"] == "ValueError"
    assert [place.partition(" ")[2] for place in told["stack"]] == [
        "test_an_exception_is_told_by_its_kinds_and_places",
        "fail",
        "by KeyError",
        "fail",
    ]
    assert told["stack"][1].startswith("tests/service/test_logs.py:")
    assert not any("hidden" in line for line in lines)
    assert len(lines[1].splitlines()) == 5


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("service.writer", "it was typed"),
        ("uvicorn.error", "it was typed"),
        ("sqlalchemy.engine", "it was %s"),
        ("asyncio", "it was %s"),
        ("uvicornlike", "it was %s"),
    ],
)
def test_of_libraries_only_what_they_always_say(name, told):
    assert json.loads(Json().format(make_record("it was %s", "typed", name=name)))["message"] == told


def test_a_request_without_an_id_is_given_one_that_stays():
    call = Call("GET", "/v1/model", {})
    assert len(call.request_id) == 36
    assert call.describe()["request_id"] == call.request_id
    assert call.state["request_id"] == call.request_id


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [("POST", "/v1/tags", ("POST", "/v1/tags")), ("PROPFIND", "/v1/tags/typed", ("_OTHER", "other"))],
)
def test_of_a_request_only_what_cannot_be_typed_is_known(method, path, told):
    call = Call.of({"method": method, "path": path}, {"/v1/tags"})
    assert (call.method, call.route) == told


def test_a_library_says_the_same_once_a_minute(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    sparse = Sparse()
    passed = []
    for seconds in (0, 30, 59, 61):
        now[0] = 100.0 + seconds
        passed.append([sparse.filter(make_record("x", name=name)) for name in ("azure.core", "service.writer")])
    assert passed == [[True, True], [False, True], [False, True], [True, True]]


@pytest.mark.parametrize(
    ("style", "terminal", "formatter"), [("auto", True, Text), ("auto", False, Json), ("text", False, Text)]
)
def test_a_terminal_gets_text_and_a_pipe_json(monkeypatch, style, terminal, formatter):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    config = make_config(style, "warning")
    assert config["formatters"]["line"]["()"] is formatter
    assert {logger["level"] for logger in config["loggers"].values()} == {"WARNING"}


@pytest.mark.parametrize(("share", "least", "most"), [(0, 0, 0), (0.5, 20, 80), (1, 100, 100)])
def test_each_line_is_json_and_a_share_of_the_answers_has_one(model, tmp_path, share, least, most):
    with serving(tmp_path, model, ACCESS_LOG=share) as service:
        for _ in range(100):
            service.ask()
        printed = service.stop()
    lines = [orjson.loads(line) for line in printed.splitlines()]
    assert {"uvicorn.error"} <= {line["logger"] for line in lines}
    answered = [line for line in lines if line["logger"] == "service.access"]
    assert least <= len(answered) <= most
    assert {(line["route"], line["status"]) for line in answered} <= {("/v1/tags", 200)}
    assert len({line["request_id"] for line in answered}) == len(answered)


def test_failures_have_a_line_whether_lines_are_wanted_or_not(model, tmp_path):
    with serving(tmp_path, model, module="tests.service.broken") as service:
        assert service.client.post("/v1/tags", json={"title": "breakthemodel typed"}).status_code == 500
        printed = service.stop()
    lines = [orjson.loads(line) for line in printed.splitlines()]
    failed, raised = (line for line in lines if line["level"] == "error")
    assert (failed["route"], failed["status"], failed["message"]) == ("/v1/tags", 500, "request failed")
    assert raised["request_id"] == failed["request_id"]
    assert raised["exception"] == "ValueError"
    assert raised["stack"][-1].startswith("tests/service/broken.py:")
    assert "typed" not in printed
