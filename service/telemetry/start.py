"""Traces, metrics and logs of this process, sent to whichever places the environment names; else nothing happens."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from uuid import uuid4

from service.telemetry import azure, otlp
from service.telemetry.exporters import Exporters, find
from service.telemetry.logs import OURS
from service.telemetry.spans import Switch

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

NAME = "tagger"
PLACES = (otlp, azure)
# A collector that hangs must not keep the service from ending.
SECONDS_TO_STOP = 5.0
Closer = Callable[[], object]
Figure = Callable[[], float]
Starter = Callable[[Sequence[Exporters], "Resource"], list[Closer]]


@contextmanager
def telemetry(version: str, state: Path, asked: Mapping[str, Figure] | None = None) -> Iterator[None]:
    """Send until the block ends, and then what waits, for a few seconds. Raises ParamsError.

    `asked`: figures that Prometheus' registry does not have by itself.
    """
    check()
    exporters = [place.make(state) for place in find_places()]
    closers = start(exporters, describe_process(version), asked or {}) if exporters else []
    try:
        yield
    finally:
        Switch.off()
        close(closers)


def find_places() -> list[ModuleType]:
    """Where to send: those whose variable is set."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return []
    return [place for place in PLACES if os.environ.get(place.VARIABLE)]


def check() -> None:
    """Look whether what is set can be. Raises ParamsError."""
    for place in find_places():
        place.check()
        find(place.MODULE, place.VARIABLE)


def start(exporters: Sequence[Exporters], resource: "Resource", asked: Mapping[str, Figure]) -> list[Closer]:
    """Begin to send, each signal unless OTEL_*_EXPORTER is "none"; what ends it."""
    starters: dict[str, Starter] = {
        "TRACES": start_traces,
        "METRICS": partial(start_metrics, asked),
        "LOGS": start_logs,
    }
    wanted = [name for name in starters if os.environ.get(f"OTEL_{name}_EXPORTER") != "none"]
    return [closer for name in wanted for closer in starters[name](exporters, resource)]


def describe_process(version: str) -> "Resource":
    """This worker: the collector tells it from others. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource

    ours = {"service.name": NAME, "service.version": version, "service.instance.id": str(uuid4())}
    return Resource.create(ours).merge(OTELResourceDetector().detect())


def start_traces(exporters: Sequence[Exporters], resource: "Resource") -> list[Closer]:
    """Spans of requests and their steps. What is not sent in time is dropped: 2,048 wait (OTEL_BSP_MAX_QUEUE_SIZE)."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from service.telemetry.tracing import Serving

    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    processors = [BatchSpanProcessor(each.spans) for each in exporters]
    for processor in processors:
        provider.add_span_processor(processor)
    serving = Serving(provider.get_tracer(NAME))
    Switch.serve, Switch.step = serving, serving.step
    return [processor.shutdown for processor in processors]


def start_metrics(asked: Mapping[str, Figure], exporters: Sequence[Exporters], resource: "Resource") -> list[Closer]:
    """Prometheus' figures and the durations, once a minute (OTEL_METRIC_EXPORT_INTERVAL)."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    from service.telemetry.bridge import bridge
    from service.telemetry.durations import Durations

    readers = [PeriodicExportingMetricReader(each.metrics) for each in exporters]
    provider = MeterProvider(readers, resource, shutdown_on_exit=False)
    meter = provider.get_meter(NAME)
    bridge(meter, asked)
    Switch.measure = Durations(meter)
    return [reader.shutdown for reader in readers]


def start_logs(exporters: Sequence[Exporters], resource: "Resource") -> list[Closer]:
    """What this service and its server say; what exporters say is not exported."""
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    from service.telemetry.records import Records

    provider = LoggerProvider(resource, shutdown_on_exit=False)
    processors = [BatchLogRecordProcessor(each.logs) for each in exporters]
    for processor in processors:
        provider.add_log_record_processor(processor)
    handler = Records(provider.get_logger(NAME))
    for name in OURS:
        logging.getLogger(name).addHandler(handler)
    return [partial(remove, handler), *(processor.shutdown for processor in processors)]


def remove(handler: logging.Handler) -> None:
    """Hand nothing more over."""
    for name in OURS:
        logging.getLogger(name).removeHandler(handler)


def close(closers: Sequence[Closer]) -> None:
    """All at once, since one place that hangs must not cost another what waits for it."""
    threads = [threading.Thread(target=closer, daemon=True) for closer in closers]
    for thread in threads:
        thread.start()
    end = time.monotonic() + SECONDS_TO_STOP
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
