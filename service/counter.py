"""Counts and times answered requests for Prometheus: a dictionary look-up and two sums for each."""

import time
from collections.abc import Iterable
from typing import Any

from service import metrics
from service.state.trouble import Trouble
from service.telemetry.calls import OTHER, Call

FAILED = 500


class Counter:
    """By route, status and version; a failure is noted as trouble, too."""

    def __init__(self, routes: Iterable[str], trouble: Trouble) -> None:
        self.trouble = trouble
        # Looked up once, since labels() takes longer than inc().
        self.timers: dict[tuple[str, str], Any] = {}
        self.counters: dict[tuple[str, int, str], Any] = {}
        for route in {*routes, OTHER}:
            self.find_timer(route, "")
            # A rise from nothing is none to Prometheus: what may be alarmed about begins with 0.
            for status in (200, FAILED):
                self.find_counter(route, status, "")

    def count(self, call: Call) -> None:
        """One request more."""
        # A route that asks a model says in request.state which version that was.
        version = call.state.get("version", "")
        self.find_timer(call.route, version).observe(call.seconds)
        self.find_counter(call.route, call.status, version).inc()
        if call.status >= FAILED:
            self.trouble.note(time.time())

    def find_timer(self, route: str, version: str) -> Any:
        """The histogram of a route and version."""
        if (timer := self.timers.get((route, version))) is None:
            timer = self.timers[route, version] = metrics.seconds.labels(route, version)
        return timer

    def find_counter(self, route: str, status: int, version: str) -> Any:
        """The count of a route, status and version."""
        if (counter := self.counters.get((route, status, version))) is None:
            counter = self.counters[route, status, version] = metrics.requests.labels(route, status, version)
        return counter
