"""How long requests take, as OpenTelemetry names it: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/"""

from opentelemetry.metrics import Meter

from service.metrics import SECONDS
from service.telemetry.calls import Call

NAME = "http.server.request.duration"


class Durations:
    """A histogram by method, route, status and, where a model answered, its version."""

    def __init__(self, meter: Meter) -> None:
        self.seconds = meter.create_histogram(
            NAME, "s", "Duration of HTTP server requests.", explicit_bucket_boundaries_advisory=SECONDS
        )

    def __call__(self, call: Call) -> None:
        told = {"http.request.method": call.method, "http.route": call.route, "url.scheme": "http"}
        if version := call.state.get("version"):
            told["tagger.version"] = version
        self.seconds.record(call.seconds, told | {"http.response.status_code": call.status})
