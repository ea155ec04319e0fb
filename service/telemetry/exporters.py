"""What sends to one place: spans, metrics and logs."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from tagger.errors import ParamsError

if TYPE_CHECKING:
    from opentelemetry.sdk._logs.export import LogRecordExporter
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace.export import SpanExporter


class Exporters(NamedTuple):
    """One for each signal."""

    spans: "SpanExporter"
    metrics: "MetricExporter"
    logs: "LogRecordExporter"


def load(module: str, variable: str) -> Any:
    """A module that only those who set the variable need. Raises ParamsError."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ParamsError(
            f"{variable} is set, but {error.name or module} is not installed: "
            "pip install -r requirements-telemetry.txt, build the release with EXTRAS=telemetry, "
            f"or unset {variable}"
        ) from error


def find(module: str, variable: str) -> None:
    """Whether a module could be loaded, without its memory. Raises ParamsError."""
    load(module.rpartition(".")[0], variable)
    if find_spec(module) is None:
        load(module, variable)
