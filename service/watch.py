"""Around every request, as plain ASGI: its status and its time are taken once, then it is counted and told."""

import time
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.counter import Counter
from service.telemetry.calls import Call, current
from service.telemetry.tell import Teller


class Watch:
    """Around the application; `routes` are the paths that have a name of their own."""

    def __init__(self, app: ASGIApp, routes: Iterable[str], counter: Counter, teller: Teller) -> None:
        self.app = app
        self.routes = set(routes)
        self.counter, self.teller = counter, teller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            with self.teller.live():
                await self.app(scope, receive, send)
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

        with self.teller.serve(scope, call):
            try:
                await self.app(scope, receive, note)
            finally:
                call.status, call.seconds = status, time.perf_counter() - start
                self.counter.count(call)
                self.teller.tell(call)
