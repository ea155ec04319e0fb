"""To a collector, over OTLP/HTTP: OTEL_EXPORTER_OTLP_ENDPOINT and OpenTelemetry's other variables."""

import os
from pathlib import Path

from service.telemetry.exporters import Exporters, load
from tagger.errors import ParamsError

VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
SPOKEN = "http/protobuf"
MODULE = "opentelemetry.exporter.otlp.proto.http"


def check() -> None:
    """Raises ParamsError."""
    endpoint = os.environ[VARIABLE]
    if not endpoint.startswith(("http://", "https://")):
        raise ParamsError(f"{VARIABLE} is {endpoint!r}: it should be a URL such as http://localhost:4318")
    if (protocol := os.environ.get(PROTOCOL, SPOKEN)) != SPOKEN:
        raise ParamsError(f"{PROTOCOL} is {protocol!r}: only {SPOKEN} is spoken, at port 4318 of most collectors")


def make(state: Path) -> Exporters:  # noqa: ARG001
    """Exporters as OTEL_EXPORTER_OTLP_* want them. Raises ParamsError."""
    return Exporters(
        load(f"{MODULE}.trace_exporter", VARIABLE).OTLPSpanExporter(),
        load(f"{MODULE}.metric_exporter", VARIABLE).OTLPMetricExporter(),
        load(f"{MODULE}._log_exporter", VARIABLE).OTLPLogExporter(),
    )
