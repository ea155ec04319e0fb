"""What the service answers to those who do not ask as they should: a 4xx in one line, soon."""

import json
import socket
import time

import pytest

from tests.service.servers import QUESTION, serving

TITLE = '"title": "t"'
DEEP = 100_000
SECONDS = 2
HEAD = b"POST /v1/tags HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"

BODIES = {
    "nothing": (b"", 400),
    "no JSON": (b"title=t", 400),
    "cut off": (b'{"title": "t', 400),
    "two values": (b'{"title": "t"} {}', 400),
    "no UTF-8": (b'{"title": "\xff\xfe"}', 400),
    "UTF-16": ('{"title": "t"}'.encode("utf-16"), 400),
    "lone surrogate": (b'{"title": "\\ud800"}', 400),
    "lone low surrogate": (b'{"title": "\\udc00 x"}', 400),
    "surrogate as bytes": (b'{"title": "\xed\xa0\x80"}', 400),
    "bare NaN": (b'{"title": "t", "top": NaN}', 422),
    "infinity": (b'{"title": "t", "top": Infinity}', 422),
    "NUL": (b'{"title": "a\\u0000b"}', 422),
    "raw NUL": (b'{"title": "a\0b"}', 400),
    "NUL in body": (b'{"title": "t", "body": "\\u0000"}', 422),
    "deep arrays": (b"[" * DEEP, 400),
    "deep closed arrays": (b"[" * DEEP + b"]" * DEEP, 400),
    "deep objects": (b'{"a":' * DEEP, 400),
    "deep in a field": (b'{"title": "t", "body": ' + b"[" * DEEP + b"]" * DEEP + b"}", 400),
    "huge integer": (b'{"title": "t", "top": ' + b"9" * 100_000 + b"}", 400),
    "huge exponent": (b'{"title": "t", "top": 1e999999}', 422),
    "top of 0": (b'{"title": "t", "top": 0}', 422),
    "top of 51": (b'{"title": "t", "top": 51}', 422),
    "top as text": (b'{"title": "t", "top": "5"}', 422),
    "top as truth": (b'{"title": "t", "top": true}', 422),
    "top as fraction": (b'{"title": "t", "top": 1.5}', 422),
    "top of null": (b'{"title": "t", "top": null}', 422),
    "an array": (b"[]", 422),
    "null": (b"null", 422),
    "no title": (b'{"body": "b"}', 422),
    "empty title": (b'{"title": ""}', 422),
    "number as title": (b'{"title": 1}', 422),
    "long title": (json.dumps({"title": "t" * 301}).encode(), 422),
    "long body": (json.dumps({"title": "t", "body": "b" * 65_537}).encode(), 422),
    "unknown field": (b'{"title": "t", "extra": 1}', 422),
    "unknown format": (b'{"title": "t", "format": "rst"}', 422),
    "thousands of fields": (json.dumps({"title": "t"} | {f"f{n}": n for n in range(50_000)}).encode(), 422),
    "nested HTML": (json.dumps({"title": "t", "body": "<div>" * 13_000}).encode(), 422),
    "nested Markdown": (json.dumps({"title": "t", "body": ">" * 65_000, "format": "markdown"}).encode(), 422),
    "10 MB": (json.dumps({"title": "t", "body": "b" * 10_000_000}).encode(), 413),
    "10 MB of nothing": (b" " * 10_000_000, 413),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_question_is_refused_in_one_line(service, name):
    body, status = BODIES[name]
    start = time.monotonic()
    answer = service.client.post("/v1/tags", content=body, headers={"content-type": "application/json"})
    assert time.monotonic() - start < SECONDS
    check_refused(answer, status)
    assert service.ask()["tags"]


def check_refused(answer, status):
    """A body of one line, not long, whatever was sent."""
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert list(told) == ["error"]
    assert 0 < len(told["error"]) < 500
    assert "\n" not in told["error"]


ID = "01a207ea-fa02-7dc4-aba5-f68c5fb7b55f"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, "correction.prediction_id is missing; correction.tags is missing"),
        ({"prediction_id": ID}, "correction.tags is missing"),
        ({"prediction_id": "1", "tags": ["a"]}, "correction.prediction_id is '1'"),
        ({"prediction_id": ID.replace("7dc4", "4dc4"), "tags": ["a"]}, "correction.prediction_id is"),
        ({"prediction_id": ID, "tags": []}, "correction.tags is []"),
        ({"prediction_id": ID, "tags": ["a b"]}, "correction.tags.0 is 'a b'"),
        ({"prediction_id": ID, "tags": ["a"] * 21}, "correction.tags is"),
        ({"prediction_id": ID, "tags": ["a" * 51]}, "correction.tags.0 is"),
        ({"prediction_id": ID, "rating": 5}, "rating.rating is 5"),
        ({"prediction_id": ID, "rating": "up", "tags": ["a"]}, "rating.tags is unknown"),
        ({"prediction_id": ID, "rating": "up", "caller": "c" * 201}, "rating.caller is"),
        ({"prediction_id": ID, "rating": "up", "caller": "\0"}, "rating.caller is"),
    ],
)
def test_bad_feedback_is_refused_in_one_line(service, values, problem):
    answer = service.client.post("/v1/feedback", json=values)
    check_refused(answer, 422)
    assert answer.json()["error"].startswith(problem)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("GET", "/" + "x" * 5000, {}, 404),
        ("GET", "/two%0alines%00", {}, 404),
        ("POST", "/v1/tags/", {}, 404),
        ("GET", "/v1/tags", {}, 405),
        ("DELETE", "/v1/model", {}, 405),
        ("POST", "/v1/tags", {"content-type": "text/plain"}, 415),
        ("POST", "/v1/tags", {"content-type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_what_is_not_there_is_told(service, method, path, headers, status):
    check_refused(service.client.request(method, path, headers=headers, content=b"{}"), status)


def test_a_batch_takes_so_many_and_no_more(service):
    for count, status in ((0, 422), (32, 200), (33, 422)):
        assert service.client.post("/v1/tags/batch", json={"questions": [QUESTION] * count}).status_code == status


def test_a_body_in_chunks_is_read_no_further_than_its_limit(service):
    def give():
        for _ in range(1000):
            yield b" " * 10_000

    answer = service.client.post("/v1/tags", content=give(), headers={"content-type": "application/json"})
    check_refused(answer, 413)


def test_a_body_that_does_not_come_is_not_waited_for(model, tmp_path):
    with serving(tmp_path, model, BODY_SECONDS=0.5) as service:
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(HEAD + b"{")
            start = time.monotonic()
            connection.settimeout(5)
            assert connection.recv(1000).startswith(b"HTTP/1.1 408")
            assert 0.3 < time.monotonic() - start < 3
        assert service.ask()["tags"]


def test_a_client_that_goes_away_is_no_failure(service):
    before = service.count_failed()
    for sent in (b"{", b""):
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(HEAD + sent)
    assert service.ask()["tags"]
    assert service.count_failed() == before
