"""The span of a request, by OpenTelemetry's names: https://opentelemetry.io/docs/specs/semconv/http/http-spans/"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import (
    Span,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    format_span_id,
    format_trace_id,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import Scope

from service.telemetry.calls import Call
from service.telemetry.logs import name_kind
from service.telemetry.spans import NOTHING

propagator = TraceContextTextMapPropagator()


class Serving:
    """Makes a span for each request, and for its steps, without what an exception says: it may repeat what was sent."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    @contextmanager
    def __call__(self, scope: Scope, call: Call) -> Iterator[None]:
        told = {"http.request.method": call.method, "http.route": call.route}
        name, parent = f"{call.method} {call.route}", read_parent(scope)
        with self.tracer.start_as_current_span(
            name, parent, SpanKind.SERVER, told, record_exception=False, set_status_on_exception=False
        ) as span:
            context = span.get_span_context()
            call.trace_id, call.span_id = format_trace_id(context.trace_id), format_span_id(context.span_id)
            try:
                yield
            except Exception as error:
                finish(span, call, name_kind(error))
                raise
            finish(span, call, str(call.status))

    def step(self, name: str, attributes: dict[str, str | int]) -> AbstractContextManager[Any]:
        """A span below the one that is open, unless that one is not sampled."""
        above = get_current_span()
        if above.get_span_context().is_valid and not above.is_recording():
            return NOTHING
        return self.tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        )


def finish(span: Span, call: Call, problem: str) -> None:
    """What is known once the answer is out; `problem` counts where it is a failure of ours."""
    if not span.is_recording():
        return
    fields = call.describe()
    span.set_attribute("http.response.status_code", call.status)
    span.set_attributes(
        {f"tagger.{name}": fields[name] for name in ("request_id", "version", "caller") if name in fields}
    )
    if call.status >= 500:
        span.set_attribute("error.type", problem)
        span.set_status(Status(StatusCode.ERROR))


def read_parent(scope: Scope) -> Context | None:
    """The caller's trace. Its `tracestate` and baggage are left: they may hold anything."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            return propagator.extract({"traceparent": value.decode("latin-1")})
    return None
