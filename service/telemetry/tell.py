"""Around every request, as plain ASGI: what logs and spans say of it, and a line of its own where one is wanted."""

import logging
import random
import time
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.telemetry.calls import Call, current
from service.telemetry.spans import NOTHING, Switch, serve_span

# Whoever watches asks for these every few seconds: only a failure is worth telling.
PROBES = {"/healthz", "/readyz", "/metrics"}
logger = logging.getLogger("service.access")


class Tell:
    """`routes` are the paths that may be told; `share` of the requests that did not fail get a line."""

    def __init__(self, app: ASGIApp, routes: Iterable[str], share: float) -> None:
        self.app = app
        self.routes = set(routes)
        self.share = share

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
            return
        call = Call.of(scope, self.routes)
        # Never set back: the server logs what fails when all of this is over.
        current.set(call)
        start = time.perf_counter()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with NOTHING if call.route in PROBES else serve_span(scope, call):
            try:
                await self.app(scope, receive, note)
            finally:
                call.status, call.seconds = status, time.perf_counter() - start
                self.tell(call)

    async def live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The server would log a start that fails as text, with what the exception says."""
        try:
            await self.app(scope, receive, send)
        except Exception:
            logger.exception("the application did not start or end as it should")
            raise

    def tell(self, call: Call) -> None:
        """Measure it; log a failure always, the rest by chance. The server logs what raised, with its places."""
        if Switch.measure is not None:
            Switch.measure(call)
        if call.status >= 500:
            logger.error("request failed")
        elif self.share and call.route not in PROBES and random.random() < self.share:  # noqa: S311
            logger.info("request answered")
