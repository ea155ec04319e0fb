"""What every answer has around it: headers for browsers, and the request's id."""

import asyncio
import json
import re

import httpx
import pytest

from service.app import create_app
from service.doors.envelope import ALWAYS, UNLESS_SET
from service.doors.keys import add_key
from service.ids import PATTERN
from service.settings import Settings
from tests.service.servers import OPEN, send, serving


def test_every_answer_has_its_headers_and_an_id(service, keyed):
    answers = [service.get(path) for path in (*OPEN, "/nothing", "/v1/model")]
    answers += [service.client.post("/v1/tags", content=b"{"), service.client.get("/", headers={"Host": "x"})]
    answers += [send(keyed, "GET", "/metrics"), send(keyed, "GET", "/metrics", keyed.keys["ask"])]
    assert {answer.status_code for answer in answers} == {200, 400, 401, 403, 404, 421}
    for answer in answers:
        assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
        assert re.fullmatch(PATTERN, answer.headers["x-request-id"])
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        page = answer.request.url.path in ("/", "/operator", "/docs", "/static/ask.js")
        stays = page and answer.status_code == 200
        assert answer.headers["cache-control"] == ("no-cache" if stays else UNLESS_SET["Cache-Control"])
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a-b_c.9", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("a b", False),
        ("a;b", False),
        ("<script>", False),
        ("ä".encode(), False),
    ],
)
def test_an_id_that_is_one_is_taken(service, given, kept):
    told = service.client.get("/nothing", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert (told == given) == kept
    assert kept or re.fullmatch(PATTERN, told)


def test_the_log_has_the_id_and_whose_key_it_was_and_no_key(model, tmp_path):
    key = add_key(tmp_path / "keys.json", "mine", ["ask"])
    with serving(tmp_path, model, ACCESS_LOG=1, LOG_FORMAT="json") as service:
        answer = send(service, "POST", "/v1/tags", key, **{"X-Request-ID": "a-1"})
        log = service.stop()
    found = [json.loads(line) for line in log.splitlines() if '"a-1"' in line]
    assert answer.headers["x-request-id"] == "a-1"
    assert [(line["status"], line["key_name"]) for line in found] == [(200, "mine")]
    assert key not in log


def test_behind_tls_browsers_are_told_to_stay_with_it(model, tmp_path):
    with serving(tmp_path, model, HSTS=31536000) as service:
        assert service.get("/").headers["strict-transport-security"] == "max-age=31536000"


def test_a_failure_of_ours_has_its_headers_too_and_tells_nothing(model, tmp_path, monkeypatch):
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    app = create_app(Settings(model=model, state=tmp_path, journal_mb=1))
    app.state.versions = None

    async def ask():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/v1/model", headers={"X-Request-ID": "mine"})

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()) == (500, {"error": "the service failed; its log says how"})
    assert answer.headers["x-request-id"] == "mine"
    assert {name: answer.headers[name] for name in ALWAYS | UNLESS_SET} == ALWAYS | UNLESS_SET
