"""Spans around a request and its steps, where an exporter is set; else they are nothing, and nothing is imported."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from starlette.types import Scope

from service.telemetry.calls import Call

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

NOTHING: AbstractContextManager[Any] = nullcontext()


class Switch:
    """What this process traces with; `service.telemetry.start` sets it."""

    tracer: "Tracer | None" = None
    serve: Callable[[Scope, Call], AbstractContextManager[Any]] | None = None
    measure: Callable[[Call], None] | None = None

    @classmethod
    def off(cls) -> None:
        """Trace and measure no more."""
        cls.tracer = cls.serve = cls.measure = None


def span(name: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """A span below the one that is open; an exception passes through untold, since it may repeat what was sent."""
    if Switch.tracer is None:
        return NOTHING
    return Switch.tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    )


def serve_span(scope: Scope, call: Call) -> AbstractContextManager[Any]:
    """The span of a whole request."""
    return NOTHING if Switch.serve is None else Switch.serve(scope, call)
