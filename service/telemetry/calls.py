"""The request that is being answered: what logs and spans may tell of it."""

from collections.abc import Container, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from starlette.types import Scope

from service.ids import make_id

OTHER = "other"
# Any word may stand where a method should.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# What routes and middleware leave in request.state: ids, a version, a digest. Nothing that somebody typed.
FROM_STATE = ("version", "caller", "key_name")


@dataclass(slots=True)
class Call:
    """A path may hold anything: `route` is one that the service has, or OTHER. `status` is 0 until it is known."""

    method: str
    route: str
    state: MutableMapping[str, Any]
    status: int = 0
    seconds: float = 0.0
    trace_id: str = ""
    span_id: str = ""

    @classmethod
    def of(cls, scope: Scope, routes: Container[str]) -> "Call":
        """The request of an ASGI scope."""
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        route = scope["path"] if scope["path"] in routes else OTHER
        return cls(method, route, scope.setdefault("state", {}))

    @property
    def request_id(self) -> str:
        """The one that the request was given, else a new one."""
        given: str = self.state.get("request_id") or self.state.setdefault("request_id", make_id())
        return given

    def describe(self) -> dict[str, Any]:
        """The fields that are known by now."""
        known: dict[str, Any] = {
            "request_id": self.request_id,
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "route": self.route,
        }
        known |= {name: self.state[name] for name in FROM_STATE if name in self.state}
        if self.status:
            known |= {"status": self.status, "seconds": round(self.seconds, 6)}
        return {name: value for name, value in known.items() if value != ""}


current: ContextVar[Call | None] = ContextVar("call", default=None)
