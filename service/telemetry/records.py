"""Log records for OpenTelemetry: the same fields as the lines on stderr have."""

import logging

from opentelemetry._logs import Logger, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from service.telemetry.logs import describe

SEVERITIES = {
    logging.DEBUG: SeverityNumber.DEBUG,
    logging.INFO: SeverityNumber.INFO,
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
    logging.CRITICAL: SeverityNumber.FATAL,
}
BETTER_NAMES = {"exception": "exception.type", "stack": "exception.stacktrace"}
ELSEWHERE = ("time", "level", "message", "trace_id", "span_id")


class Records(logging.Handler):
    """Hands records to an OpenTelemetry logger."""

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self.logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        told = describe(record)
        told |= {"stack": "\n".join(told["stack"])} if "stack" in told else {}
        self.logger.emit(
            timestamp=int(record.created * 1e9),
            context=make_context(told.get("trace_id"), told.get("span_id")),
            severity_number=SEVERITIES.get(record.levelno, SeverityNumber.UNSPECIFIED),
            severity_text=record.levelname,
            body=told["message"],
            attributes={BETTER_NAMES.get(name, name): told[name] for name in told if name not in ELSEWHERE},
        )


def make_context(trace_id: str | None, span_id: str | None) -> Context:
    """The request's span, which may be over by now."""
    if not trace_id or not span_id:
        return Context()
    place = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=TraceFlags(1))
    return set_span_in_context(NonRecordingSpan(place), Context())
