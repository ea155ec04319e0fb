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
        self.routes = {route: metrics.seconds.labels(route) for route in (*routes, OTHER)}
        # Looked up once, since labels() takes longer than inc().
        self.counters: dict[tuple[str, int], Any] = {
            # A rise from nothing is none to Prometheus: what may be alarmed about begins with 0.
            (route, status): metrics.requests.labels(route, status)
            for route in self.routes
            for status in (200, FAILED)
        }

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
            self.count(scope["path"], status, time.perf_counter() - start)

    def count(self, path: str, status: int, seconds: float) -> None:
        """One request more."""
        route = path if path in self.routes else OTHER
        self.routes[route].observe(seconds)
        if (counter := self.counters.get((route, status))) is None:
            counter = self.counters[route, status] = metrics.requests.labels(route, status)
        counter.inc()
        if status >= FAILED:
            self.trouble.note(time.time())
