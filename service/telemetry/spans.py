"""Spans around a request and its steps, where an exporter is set; else they are nothing, and nothing is imported."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from starlette.types import Scope

from service.telemetry.calls import Call

NOTHING: AbstractContextManager[Any] = nullcontext()


class Switch:
    """What this process traces with; `service.telemetry.start` sets it."""

    step: Callable[[str, dict[str, str | int]], AbstractContextManager[Any]] | None = None
    serve: Callable[[Scope, Call], AbstractContextManager[Any]] | None = None
    measure: Callable[[Call], None] | None = None

    @classmethod
    def off(cls) -> None:
        """Trace and measure no more."""
        cls.step = cls.serve = cls.measure = None


def span(name: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """A span below the one that is open; a trace of its own where none is."""
    return NOTHING if Switch.step is None else Switch.step(name, attributes)


def serve_span(scope: Scope, call: Call) -> AbstractContextManager[Any]:
    """The span of a whole request."""
    return NOTHING if Switch.serve is None else Switch.serve(scope, call)
