"""Marked words are put wherever somebody can put one; none is in what is logged, traced, exported or kept to be."""

import json
from pathlib import Path

import pytest

from service.doors.keys import add_key
from service.doors.roles import ROLES
from service.ids import make_id
from tests.service.broken import WORD
from tests.service.collectors import Collector, Ingestion, collecting
from tests.service.servers import serving
from tests.service.test_azure import name_azure
from tests.service.test_telemetry import name_otlp

MARK = "zq7secret"
REVEALING = {
    "connection": "close",  # the server ends one on which something was raised
    "authorization": f"Bearer {MARK}-authorization",
    "x-api-key": f"{MARK}-key",
    "cookie": f"session={MARK}-cookie",
    "user-agent": f"{MARK}-agent",
    "referer": f"http://localhost/{MARK}-referer",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate": f"vendor={MARK}-tracestate",
    "baggage": f"user={MARK}-baggage",
    "forwarded": f"for={MARK}-forwarded",
    "x-forwarded-for": f"{MARK}-forwarded-for",
}
PASSWORD = f"{MARK}-password"
ID = make_id()
JSON = {"content-type": "application/json"}
QUESTION = {"title": f"{MARK}-title", "body": f"<p>{MARK}-body</p>", "format": "html"}
BODIES = [
    ("/v1/tags", QUESTION),
    ("/v1/tags", QUESTION | {"why": True}),
    ("/v1/tags", QUESTION | {"title": f"{WORD} {MARK}-broken"}),
    ("/v1/tags/batch", {"questions": [QUESTION, QUESTION | {"format": "markdown"}]}),
    ("/v1/tags", QUESTION | {"top": f"{MARK}-top"}),
    ("/v1/tags", QUESTION | {f"{MARK}-field": 1}),
    ("/v1/tags", {"title": f"{MARK}-" + "t" * 400}),
    ("/v1/feedback", {"prediction_id": ID, "tags": [f"{MARK}-tag"], "caller": f"{MARK}-caller"}),
    ("/v1/feedback", {"prediction_id": f"{MARK}-id", "rating": "up"}),
    ("/v1/feedback", {"prediction_id": ID, "rating": f"{MARK}-rating"}),
]
RAW = [
    f'{{"title": "{MARK}-cut'.encode(),
    f'{{"title": "{MARK}-\ud800"}}'.encode("utf-8", "surrogatepass"),
    f"{MARK}-text".encode(),
]


def ask_everything(service, key):
    """Every way in, with a good key and once with none; the statuses that came."""
    headers = REVEALING | {"authorization": f"Bearer {key}"}
    client, query = service.client, f"?q={MARK}-query"
    answers = [client.post(path + query, json=body, headers=headers) for path, body in BODIES]
    answers += [client.post("/v1/tags", content=body, headers=JSON | headers) for body in RAW]
    answers += [client.post("/v1/tags", content=b"{}", headers=headers | {"content-type": f"text/{MARK}-type"})]
    answers += [client.get(f"/{MARK}-path{query}", headers=headers), client.put(f"/v1/tags{query}", headers=headers)]
    answers += [
        client.get(f"/readyz{query}", headers=headers),
        client.post("/v1/tags", json=QUESTION, headers=REVEALING),
    ]
    return {answer.status_code for answer in answers}


@pytest.mark.parametrize("level", ["info", "debug"])
@pytest.mark.parametrize("style", ["json", "text"])
def test_no_text_no_name_and_no_key_is_told(model, tmp_path, style, level):
    collector, ingestion = Collector(), Ingestion()
    key = add_key(tmp_path / "keys.json", "somebody", ROLES)
    # FastAPI would send, too, and tell all of it.
    variables = name_otlp(collector) | name_azure(ingestion) | {"FASTAPI_OTEL_AUTO_CONFIGURE": "true"}
    settings = {"LOG_FORMAT": style, "LOG_LEVEL": level, "ACCESS_LOG": 1, "module": "tests.service.broken"}
    settings |= {"DATABASE": f"postgresql+psycopg://tagger:{PASSWORD}@127.0.0.1:1/tagger", "SECRET": f"{MARK}-secret"}
    with collecting(collector), collecting(ingestion), serving(tmp_path, model, variables, **settings) as service:
        assert ask_everything(service, key) == {200, 201, 400, 401, 404, 405, 415, 422, 500}
        printed = service.stop()
    sent = b"".join(path.encode() + body for path, body in collector.bodies + ingestion.bodies)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "telemetry").rglob("*") if path.is_file())
    # The key's name is told, which the operator has chosen for that.
    for secret in (MARK, key[-20:]):
        assert secret not in printed
        assert secret.encode() not in sent + kept
    for told in (printed, sent.decode(errors="replace")):
        assert "ValueError" in told
        assert "the database is away" in told
        assert "/v1/feedback" in told


def test_an_ingestion_that_fails_is_told_without_what_it_was_sent(model, tmp_path):
    """Nor is the connection string's key, which would let anybody send."""
    ingestion = Ingestion()
    ingestion.status = 400
    with collecting(ingestion), serving(tmp_path, model, name_azure(ingestion)) as service:
        service.ask()
        service.wait(lambda: ingestion.tries > 1)
        printed = service.stop()
    told = [json.loads(line) for line in printed.splitlines()]
    assert any(line["logger"].startswith("azure.") and line["level"] == "error" for line in told)
    assert "11111111-2222" not in printed


def test_what_is_looked_for_would_be_found(model, tmp_path):
    """The service keeps what was asked: the marks did arrive."""
    with serving(tmp_path, model) as service:
        service.client.post("/v1/tags", json=QUESTION)
        service.stop()
        assert f"{MARK}-title" in str(service.select("SELECT title FROM predictions"))
    assert Path(tmp_path / "service.db").exists()
