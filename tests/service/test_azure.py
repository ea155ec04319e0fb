"""Application Insights gets each request once, with what it needs to know of it; nobody else is told anything."""

import re
import time
from collections import Counter
from importlib import import_module

import pytest

from service.telemetry import azure
from service.telemetry.spans import span
from service.telemetry.start import telemetry
from tests.service.broken import WORD
from tests.service.collectors import Ingestion, collecting
from tests.service.servers import QUESTION, serving
from tests.service.test_telemetry import SOON

DURATION = re.compile(r"0\.00:00:0\d\.\d{3}")
# Notes each host that a process looks up or connects to. What the exporter would do in 15 s, it would do at once.
SPY = """
import os, random, socket
random.uniform = lambda low, high: 0.1
def note(host):
    with open(os.environ["SPY"], "a") as file:
        file.write(f"{host}\\n")
look_up, connect = socket.getaddrinfo, socket.socket.connect
def getaddrinfo(host, *args, **values):
    note(host)
    return look_up(host, *args, **values)
class Socket(socket.socket):
    def connect(self, address):
        note(address[0] if isinstance(address, tuple) else "unix")
        return super().connect(address)
socket.getaddrinfo, socket.socket = getaddrinfo, Socket
"""


def name_azure(ingestion):
    return SOON | {"APPLICATIONINSIGHTS_CONNECTION_STRING": ingestion.connection}


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_each_request_comes_once_with_its_duration_and_result(model, tmp_path, workers):
    asked = Counter()
    variables = {"module": "tests.service.broken", "WORKERS": workers, "ACCESS_LOG": 1}
    with collecting(Ingestion()) as ingestion, serving(tmp_path, model, name_azure(ingestion), **variables) as service:
        for number in range(120):
            kind = "broken" if number % 24 == 0 else ("answered", "answered", "refused", "nowhere")[number % 4]
            path = "/nowhere" if kind == "nowhere" else "/v1/tags"
            body = {"refused": {}, "broken": {"title": WORD}}.get(kind, QUESTION)
            # A connection each: every worker gets some, and the server ends one on which something was raised.
            answer = service.client.post(path, json=body, headers={"connection": "close"})
            asked["POST " + (path if path == "/v1/tags" else "other"), str(answer.status_code)] += 1
        service.stop()
    requests = ingestion.list_data("RequestData")
    assert Counter((each["name"], each["responseCode"]) for each in requests) == asked
    assert {status for _, status in asked} == {"200", "404", "422", "500"}
    assert len({each["id"] for each in requests}) == 120
    assert all(DURATION.fullmatch(each["duration"]) for each in requests)
    assert all(each["success"] == (each["responseCode"] == "200") for each in requests)
    kept = asked["POST /v1/tags", "200"]
    assert ingestion.count_metrics()["tagger_predictions_total"] == kept
    assert ingestion.count_metrics()["tagger_predictions_written_total"] == kept
    messages = Counter(each["message"] for each in ingestion.list_data("MessageData"))
    assert messages["request answered"] == 120 - asked["POST /v1/tags", "500"]
    failures = ingestion.list_data("ExceptionData")
    assert len(failures) == asked["POST /v1/tags", "500"]
    assert {each["exceptions"][0]["typeName"] for each in failures} == {"ValueError"}
    assert all("tests/service/broken.py" in each["exceptions"][0]["stack"] for each in failures)
    parents = {each["tags"]["ai.operation.parentId"] for each in ingestion.envelopes if "Exception" in each["name"]}
    assert parents <= {each["id"] for each in requests}


def test_nobody_but_the_ingestion_is_told_anything(model, tmp_path):
    (tmp_path / "spy").mkdir()
    (tmp_path / "spy/sitecustomize.py").write_text(SPY)
    spied = tmp_path / "hosts"
    spying = {"PYTHONPATH": str(tmp_path / "spy"), "SPY": str(spied)}
    spying |= {"APPLICATIONINSIGHTS_STATS_SHORT_EXPORT_INTERVAL": "1"}
    with collecting(Ingestion()) as ingestion, serving(tmp_path, model, name_azure(ingestion) | spying) as service:
        service.ask()
        service.wait(lambda: ingestion.list_data("RequestData"))
        time.sleep(2)
        service.stop()
    assert set(spied.read_text().split()) == {"127.0.0.1"}


def test_the_exporter_neither_reports_on_itself_nor_is_led_from_afar(ingestion, tmp_path, monkeypatch):
    for name in azure.OFF:
        monkeypatch.delenv(name, raising=False)
    with telemetry("v1", tmp_path):
        state = import_module("azure.monitor.opentelemetry.exporter.statsbeat._state")
        remote = import_module("azure.monitor.opentelemetry.exporter._configuration._state")
        assert not state.is_statsbeat_enabled()
        assert remote.get_configuration_manager() is None


def send(number):
    """One span."""
    with span(f"step {number}"):
        pass


def wait(check, seconds=15):
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def ingestion(monkeypatch):
    """One that is told soon, and of spans alone."""
    with collecting(Ingestion()) as running:
        for name, value in name_azure(running).items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
        monkeypatch.setenv("OTEL_LOGS_EXPORTER", "none")
        monkeypatch.setattr(azure, "SECONDS_TO_RETRY", 1)
        monkeypatch.setattr(azure, "SECONDS_TO_WAIT", 1)
        yield running
        running.ended.set()


def list_steps(ingestion):
    return Counter(each["name"] for each in ingestion.list_data("RemoteDependencyData"))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_is_refused_for_now_is_kept_and_comes_once(ingestion, tmp_path, status):
    ingestion.status = status
    with telemetry("v1", tmp_path):
        send(1)
        wait(lambda: ingestion.tries)
        wait(lambda: list((tmp_path / "telemetry").glob("*.lock")))
        ingestion.status = 200
        time.sleep(1.2)
        send(2)
        wait(lambda: len(list_steps(ingestion)) == 2)
    assert list_steps(ingestion) == {"step 1": 1, "step 2": 1}


def test_what_is_refused_of_a_batch_is_kept_and_comes_once(ingestion, tmp_path):
    ingestion.refused = 1
    with telemetry("v1", tmp_path):
        send(1)
        send(2)
        wait(lambda: sum(list_steps(ingestion).values()) == 1)
        time.sleep(1.2)
        send(3)
        wait(lambda: len(list_steps(ingestion)) == 3)
    assert set(list_steps(ingestion).values()) == {1}


@pytest.mark.parametrize("status", [402, 439])
def test_what_is_beyond_the_quota_is_dropped_and_the_next_comes(ingestion, tmp_path, status):
    ingestion.status = status
    with telemetry("v1", tmp_path):
        send(1)
        wait(lambda: ingestion.tries)
        ingestion.status = 200
        send(2)
        wait(lambda: list_steps(ingestion))
    assert list_steps(ingestion) == {"step 2": 1}


def test_what_no_answer_came_to_is_kept(ingestion, tmp_path):
    ingestion.hang = True
    with telemetry("v1", tmp_path):
        send(1)
        wait(lambda: ingestion.tries)
        wait(lambda: list((tmp_path / "telemetry").glob("*.lock")))
        kept = next((tmp_path / "telemetry").glob("*.lock")).read_text()
        ingestion.hang = False
        ingestion.ended.set()
    assert "step 1" in kept
