"""What telemetry is sent to, on loopback: a collector of OTLP/HTTP, and Application Insights' ingestion."""

import gzip
import json
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.searches import find_port

KEY = "11111111-2222-3333-4444-555555555555"
NAMES = {
    "RequestData": "Microsoft.ApplicationInsights.Request",
    "RemoteDependencyData": "Microsoft.ApplicationInsights.RemoteDependency",
    "MetricData": "Microsoft.ApplicationInsights.Metric",
    "MessageData": "Microsoft.ApplicationInsights.Message",
    "ExceptionData": "Microsoft.ApplicationInsights.Exception",
}
NEEDED = {
    "RequestData": {"ver", "id", "name", "duration", "responseCode", "success"},
    "RemoteDependencyData": {"ver", "id", "name", "duration"},
    "MetricData": {"ver", "metrics"},
    "MessageData": {"ver", "message"},
    "ExceptionData": {"ver", "exceptions"},
}
RECEIVERS = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
}


class Collector:
    """Keeps what comes. `status` is answered where it is not 200; with `hang`, nothing is."""

    def __init__(self):
        self.port = find_port()
        self.bodies = []
        self.status = 200
        self.tries = 0
        self.hang = False
        self.ended = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def take(self, path, body):
        """(status, answer) to one request."""
        self.tries += 1
        if self.hang:
            self.ended.wait(60)
        if self.status == 200:
            self.bodies.append((path, body))
        return self.status, b""

    def read(self, path):
        """The messages that came to a path."""
        return [RECEIVERS[path].FromString(body) for name, body in list(self.bodies) if name == path]

    def list_spans(self):
        scopes = [
            scope for sent in self.read("/v1/traces") for each in sent.resource_spans for scope in each.scope_spans
        ]
        return [span for scope in scopes for span in scope.spans]

    def list_records(self):
        scopes = [scope for sent in self.read("/v1/logs") for each in sent.resource_logs for scope in each.scope_logs]
        return [record for scope in scopes for record in scope.log_records]

    def read_figures(self):
        """The latest value by instance, name and labels; of a histogram, its count."""
        found = {}
        for each in (each for sent in self.read("/v1/metrics") for each in sent.resource_metrics):
            instance = read_values(each.resource.attributes)["service.instance.id"]
            for metric in (metric for scope in each.scope_metrics for metric in scope.metrics):
                kind = metric.WhichOneof("data")
                for point in getattr(metric, kind).data_points:
                    value = point.count if kind == "histogram" else point.as_double or point.as_int
                    labels = tuple(sorted(read_values(point.attributes).items()))
                    found[instance, metric.name, labels] = value
        return found


def read_values(attributes):
    """OTLP's attributes as a dict."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


class Ingestion(Collector):
    """POST /v2.1/track: envelopes, each of which is checked. `refused` of them get a status of their own (206)."""

    def __init__(self):
        super().__init__()
        self.envelopes = []
        self.refused = 0

    @property
    def connection(self):
        return f"InstrumentationKey={KEY};IngestionEndpoint={self.url}/"

    def take(self, path, body):
        status, _ = super().take(path, body)
        if status != 200:
            return status, json.dumps({"itemsReceived": 1, "itemsAccepted": 0, "errors": []}).encode()
        assert path == "/v2.1/track", path
        envelopes = read_envelopes(body)
        errors = [{"index": n, "statusCode": 500, "message": "later"} for n in range(min(self.refused, len(envelopes)))]
        self.refused -= len(errors)
        accepted = envelopes[len(errors) :]
        for envelope in accepted:
            check_envelope(envelope)
        self.envelopes += accepted
        answer = {"itemsReceived": len(envelopes), "itemsAccepted": len(accepted), "errors": errors}
        return 206 if errors else 200, json.dumps(answer).encode()

    def list_data(self, kind):
        """What envelopes of a kind hold."""
        return [each["data"]["baseData"] for each in list(self.envelopes) if each["data"]["baseType"] == kind]

    def count_metrics(self):
        """Values by name, added up: what is sent is what has come since the last time."""
        totals = Counter()
        for each in self.list_data("MetricData"):
            totals[each["metrics"][0]["name"]] += each["metrics"][0]["value"]
        return totals


def read_envelopes(body):
    """A JSON array, or an object a line."""
    text = body.decode()
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


def check_envelope(envelope):
    """Raises AssertionError where Application Insights would not know what to do with it."""
    kind = envelope["data"]["baseType"]
    assert envelope["name"] == NAMES[kind]
    assert envelope["iKey"] == KEY
    assert envelope["time"][10] == "T"
    assert {"ai.cloud.role", "ai.cloud.roleInstance", "ai.internal.sdkVersion"} <= set(envelope["tags"])
    assert set(envelope["data"]["baseData"]) >= NEEDED[kind], envelope


@contextmanager
def collecting(collector):
    """A collector that listens until the block ends; what its checks found is raised then."""
    problems = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            body = gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body
            try:
                with collector.lock:
                    status, answer = collector.take(self.path, body)
            except Exception as error:  # noqa: BLE001 - told when the block ends
                problems.append(repr(error))
                status, answer = 200, b"{}"
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request, address):
            """A client that went away is none of ours."""

    server = Server(("127.0.0.1", collector.port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
    assert not problems
