"""Prometheus' figures as instruments of OpenTelemetry: counted once, read whenever an exporter asks.

Each worker gives its own, which the collector adds up by `service.instance.id`.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from prometheus_client import REGISTRY, CollectorRegistry

PREFIXES = ("tagger_", "process_")
# `http.server.request.duration` has it, by its standard name and with whole buckets.
LEFT_OUT = "tagger_request_seconds"
# The samples of each kind of family that are bridged, and whether they only ever grow.
SAMPLES = {
    "counter": {"_total": True},
    "gauge": {"": False},
    "histogram": {"_count": True, "_sum": True},
    "summary": {"_count": True, "_sum": True},
}


def bridge(meter: Meter, asked: Mapping[str, Callable[[], float]], registry: CollectorRegistry = REGISTRY) -> None:
    """Make an instrument for each figure there is; one that stands in `asked` is asked for, not read."""
    for family in registry.collect():
        if not family.name.startswith(PREFIXES) or family.name == LEFT_OUT:
            continue
        for suffix, grows in SAMPLES.get(family.type, {}).items():
            name = family.name + suffix
            make = meter.create_observable_counter if grows else meter.create_observable_gauge
            figures = partial(ask, asked[name]) if name in asked else partial(read, registry, name)
            make(name, [figures], description=family.documentation)


def ask(figure: Callable[[], float], options: CallbackOptions) -> Iterator[Observation]:  # noqa: ARG001
    """A figure that is made when somebody asks."""
    yield Observation(figure())


def read(registry: CollectorRegistry, name: str, options: CallbackOptions) -> Iterator[Observation]:  # noqa: ARG001
    """The figures of one name, with their labels."""
    for family in registry.restricted_registry([name]).collect():
        for sample in family.samples:
            if sample.name == name:
                yield Observation(sample.value, dict(sample.labels))
