"""To Azure Application Insights: APPLICATIONINSIGHTS_CONNECTION_STRING."""

import os
from pathlib import Path
from typing import Any
from uuid import UUID

from service.telemetry.exporters import Exporters, load
from tagger.errors import ParamsError

VARIABLE = "APPLICATIONINSIGHTS_CONNECTION_STRING"
MODULE = "azure.monitor.opentelemetry.exporter"
# Off unless somebody says otherwise: what the exporter would tell its maker of itself, settings that it would fetch
# from there each hour, and a metric that repeats the resource with each batch.
OFF = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED",
)
SECONDS_TO_WAIT = 10  # for a connection, an answer
SECONDS_TO_RETRY = 60
BYTES_KEPT = 16 << 20


def check() -> None:
    """Raises ParamsError, without what the string says: it holds a key."""
    parts = [part.partition("=") for part in os.environ[VARIABLE].split(";") if part]
    values = {name.strip().lower(): value for name, _, value in parts}
    try:
        UUID(values.get("instrumentationkey", ""))
    except ValueError as error:
        raise ParamsError(
            f"{VARIABLE}: it should be InstrumentationKey=<UUID>;IngestionEndpoint=https://..."
        ) from error


def make(state: Path) -> Exporters:
    """Exporters that keep what could not be sent, for two days at most. Raises ParamsError."""
    for variable in OFF:
        os.environ.setdefault(variable, "true")
    library = load(MODULE, VARIABLE)
    options: dict[str, Any] = {
        "connection_string": os.environ[VARIABLE],
        "storage_directory": str(state / "telemetry"),
        "storage_max_size": BYTES_KEPT,
        "storage_min_retry_interval": SECONDS_TO_RETRY,
        "timeout": SECONDS_TO_WAIT,
        "read_timeout": SECONDS_TO_WAIT,
        # What fails goes to the folder at once: retries inside of the exporter would hold up what comes after.
        "retry_total": 0,
    }
    return Exporters(
        library.AzureMonitorTraceExporter(**options),
        library.AzureMonitorMetricExporter(**options),
        library.AzureMonitorLogExporter(**options),
    )
