"""Traces, metrics and logs over OTLP: what comes, and that a collector which does not answer costs nobody anything."""

import json
import subprocess
import sys
import time

import pytest

from tests.imports import ROOT
from tests.service.broken import WORD
from tests.service.collectors import Collector, Ingestion, collecting, read_values
from tests.service.servers import QUESTION, serving

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
SOON = {"OTEL_BSP_SCHEDULE_DELAY": 100, "OTEL_BLRP_SCHEDULE_DELAY": 100, "OTEL_METRIC_EXPORT_INTERVAL": 300}


def name_otlp(collector):
    return SOON | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}


def test_a_request_is_a_trace_of_its_steps_that_goes_on_the_caller_s(model, tmp_path):
    with collecting(Collector()) as collector, serving(tmp_path, model, name_otlp(collector), ACCESS_LOG=1) as service:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=typed"}
        assert service.client.post("/v1/tags", json=QUESTION, headers=headers).status_code == 200
        assert service.client.get("/nowhere").status_code == 404
        service.stop()
        spans = collector.list_spans()
    traced = {span.name: span for span in spans if span.trace_id.hex() == TRACE}
    assert set(traced) == {"POST /v1/tags", "parse", "score", "enqueue"}
    server = traced.pop("POST /v1/tags")
    assert (server.parent_span_id.hex(), server.kind, server.trace_state) == (PARENT, server.SPAN_KIND_SERVER, "")
    assert {span.parent_span_id for span in traced.values()} == {server.span_id}
    told = read_values(server.attributes)
    assert told.pop("tagger.request_id")
    assert {
        "http.request.method": "POST",
        "http.route": "/v1/tags",
        "http.response.status_code": 200,
    }.items() <= told.items()
    assert {"GET other", "write predictions"} <= {span.name for span in spans}
    lines = {read_values(each.attributes).get("route"): each for each in collector.list_records()}
    assert lines["/v1/tags"].trace_id.hex() == TRACE
    assert lines["/v1/tags"].span_id == server.span_id
    assert lines["/v1/tags"].body.string_value == "request answered"


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_metrics_come_from_each_worker_and_add_up(model, tmp_path, workers):
    with (
        collecting(Collector()) as collector,
        serving(tmp_path, model, name_otlp(collector), WORKERS=workers) as service,
    ):
        for _ in range(40):
            # A connection each, so that every worker gets some.
            service.client.post("/v1/tags", json=QUESTION, headers={"connection": "close"})
        service.stop()
        figures = collector.read_figures()
    assert len({instance for instance, *_ in figures}) == workers
    for name in ("tagger_predictions_total", "http.server.request.duration"):
        labelled = {(instance, labels): value for (instance, found, labels), value in figures.items() if found == name}
        assert (
            sum(
                value
                for (_, labels), value in labelled.items()
                if name.startswith("tagger_") or ("http.route", "/v1/tags") in labels
            )
            == 40
        )
    assert sum(value for (_, name, _), value in figures.items() if name == "tagger_predictions_written_total") == 40
    assert any(name == "process_resident_memory_bytes" for _, name, _ in figures)


def test_a_call_that_failed_counts_at_once_though_nobody_asks_for_metrics(model, tmp_path):
    """Prometheus' figure is counted when it looks."""
    broken = {"module": "tests.service.broken"}
    with collecting(Collector()) as collector, serving(tmp_path, model, name_otlp(collector), **broken) as service:
        for _ in range(3):
            service.client.post("/v1/tags", json={"title": WORD}, headers={"connection": "close"})
        service.stop()
        figures = collector.read_figures()
    assert [value for (_, name, _), value in figures.items() if name == "tagger_troubled_calls"] == [3]


def test_a_share_of_the_traces_is_sent_and_all_of_the_counts(model, tmp_path):
    sampled = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": 0}
    with collecting(Collector()) as collector, serving(tmp_path, model, name_otlp(collector) | sampled) as service:
        for _ in range(5):
            service.ask()
        service.stop()
        assert not collector.list_spans()
        assert (
            sum(value for (_, name, _), value in collector.read_figures().items() if name == "tagger_predictions_total")
            == 5
        )


def test_a_signal_can_be_left_out(model, tmp_path):
    out = {"OTEL_TRACES_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none"}
    with collecting(Collector()) as collector, serving(tmp_path, model, name_otlp(collector) | out) as service:
        service.ask()
        service.stop()
        assert {path for path, _ in collector.bodies} == {"/v1/metrics"}


@pytest.mark.parametrize("fate", ["hangs", "refuses", 500, 404])
def test_a_collector_that_takes_nothing_slows_and_fails_no_request(model, tmp_path, fate):
    """The queue holds 64 spans: it is full at once."""
    collector, ingestion = Collector(), Ingestion()
    for each in (collector, ingestion):
        each.hang = fate == "hangs"
        each.status = fate if isinstance(fate, int) else 200
    variables = name_otlp(collector) | {"APPLICATIONINSIGHTS_CONNECTION_STRING": ingestion.connection}
    variables |= {"OTEL_BSP_MAX_QUEUE_SIZE": 64, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": 32}
    if fate == "refuses":
        check_served(model, tmp_path, variables)
    else:
        with collecting(collector), collecting(ingestion):
            check_served(model, tmp_path, variables)
            assert collector.tries
            assert ingestion.tries


def check_served(model, folder, variables):
    """200 questions are answered, soon; the service ends within its time; exporters do not fill the log."""
    with serving(folder, model, variables) as service:
        seconds = []
        for _ in range(200):
            start = time.monotonic()
            assert service.ask()["tags"]
            seconds.append(time.monotonic() - start)
        start = time.monotonic()
        printed = service.stop()
    # Exporters wait 10 s for an answer, and their library 30 s at the end.
    assert max(seconds) < 5
    assert time.monotonic() - start < 15
    assert len(printed.splitlines()) < 60
    assert all(json.loads(line)["message"] for line in printed.splitlines())


def test_an_export_of_feedback_is_a_trace_of_its_own(model, tmp_path):
    with serving(tmp_path, model) as service:
        service.say(service.ask()["prediction_id"], rating="up")
        service.stop()
    with collecting(Collector()) as collector:
        variables = {name: str(value) for name, value in name_otlp(collector).items()}
        done = run(
            ["-m", "service.export", "--only", "feedback", "--to", str(tmp_path / "out")],
            TAGGER_STATE=str(tmp_path),
            **variables,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert [span.name for span in collector.list_spans()] == ["export"]


def run(code, **environment):
    return subprocess.run(
        [sys.executable, *code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


LIST = (
    "import sys, asyncio; from service.app import create_app\n"
    "async def main():\n"
    "    app = create_app()\n"
    "    async with app.router.lifespan_context(app): pass\n"
    "asyncio.run(main())\n"
    "print(*{'opentelemetry.sdk', 'opentelemetry.exporter', 'azure', 'google.protobuf', 'requests'} & set(sys.modules))"
)


def test_where_nothing_is_set_nothing_is_loaded(model, tmp_path):
    done = run(["-c", LIST], TAGGER_MODEL=str(model), TAGGER_STATE=str(tmp_path), TAGGER_JOURNAL_MB="1")
    assert (done.stdout.split(), done.returncode) == ([], 0), done.stderr


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost"},
            "OTEL_EXPORTER_OTLP_ENDPOINT is 'localhost': it should be a URL",
        ),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc': only http/protobuf is spoken",
        ),
        (
            {"APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=hidden"},
            "APPLICATIONINSIGHTS_CONNECTION_STRING: it should be InstrumentationKey=<UUID>",
        ),
    ],
)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_variable_that_cannot_be_is_told_in_one_line(model, tmp_path, variables, told, workers):
    given = {"TAGGER_PORT": "0", "TAGGER_MODEL": str(model), "TAGGER_STATE": str(tmp_path), "TAGGER_WORKERS": workers}
    done = run(["-m", "service"], **given, **variables)
    assert done.returncode
    assert done.stderr.startswith(f"service: {told}")
    assert len(done.stderr.splitlines()) == 1
    assert "hidden" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "missing"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318", "opentelemetry.exporter.otlp.proto.http"),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", Ingestion().connection, "azure.monitor"),
    ],
    ids=["otlp", "azure"],
)
def test_a_package_that_is_missing_is_told_with_its_remedy(model, tmp_path, variable, value, missing):
    code = f"import sys; sys.modules[{missing!r}] = None; from service.__main__ import main; main()"
    done = run(["-c", code], TAGGER_PORT="0", TAGGER_MODEL=str(model), TAGGER_STATE=str(tmp_path), **{variable: value})
    assert done.returncode
    assert done.stderr.startswith(f"service: {variable} is set, but {missing}")
    assert "pip install -r requirements-telemetry.txt" in done.stderr
    assert len(done.stderr.splitlines()) == 1
