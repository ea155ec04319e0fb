"""Counts and times requests, as plain ASGI: a dictionary look-up and two sums for each."""

import time
from collections.abc import Iterable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import metrics
from service.state.trouble import Trouble

OTHER = "other"
FAILED = 500


class Watch:
    """Around the application; `routes` are the paths that have a name of their own."""

    def __init__(self, app: ASGIApp, routes: Iterable[str], trouble: Trouble) -> None:
        self.app = app
        self.trouble = trouble
        self.routes = {*routes, OTHER}
        # Looked up once, since labels() takes longer than inc().
        self.timers: dict[tuple[str, str], Any] = {}
        self.counters: dict[tuple[str, int, str], Any] = {
            # A rise from nothing is none to Prometheus: what may be alarmed about begins with 0.
            (route, status, ""): metrics.requests.labels(route, status, "")
            for route in self.routes
            for status in (200, FAILED)
        }
        for route in self.routes:
            self.time(route, "", None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            # A route that asks a model says in request.state which version that was.
            version = scope.get("state", {}).get("version", "")
            self.count(scope["path"], status, version, time.perf_counter() - start)

    def count(self, path: str, status: int, version: str, seconds: float) -> None:
        """One request more."""
        route = path if path in self.routes else OTHER
        self.time(route, version, seconds)
        key = (route, status, version)
        if (counter := self.counters.get(key)) is None:
            counter = self.counters[key] = metrics.requests.labels(*key)
        counter.inc()
        if status >= FAILED:
            self.trouble.note(time.time())

    def time(self, route: str, version: str, seconds: float | None) -> None:
        """One duration more; None: the histogram is there, and empty."""
        if (timer := self.timers.get((route, version))) is None:
            timer = self.timers[route, version] = metrics.seconds.labels(route, version)
        if seconds is not None:
            timer.observe(seconds)
