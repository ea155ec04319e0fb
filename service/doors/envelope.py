"""What every answer has around it, whoever gives it: the request's id, and headers that tell browsers to be strict."""

import re
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.ids import make_id

REQUEST_ID = b"x-request-id"
SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")
Headers = list[tuple[bytes, bytes]]

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Of an answer that says nothing else: the pages do.
UNLESS_SET = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Envelope:
    """Outside of everything, so that the answer to a failure of ours has it as well."""

    def __init__(self, app: ASGIApp, hsts: int) -> None:
        self.app = app
        self.always = encode(ALWAYS | ({"Strict-Transport-Security": f"max-age={hsts}"} if hsts else {}))
        self.unless_set = encode(UNLESS_SET)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = find_id(scope["headers"])
        scope.setdefault("state", {})["request_id"] = request_id.decode()

        async def seal(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name for name, _ in given}
                more = [header for header in self.unless_set if header[0] not in names]
                message["headers"] = [*given, *more, *self.always, (REQUEST_ID, request_id)]
            await send(message)

        await self.app(scope, receive, seal)


def find_id(headers: Headers) -> bytes:
    """The id that a request brings along where it is one, else a new one."""
    given = next((value for name, value in headers if name == REQUEST_ID), b"")
    return given if SANE.fullmatch(given) else make_id().encode()


def encode(headers: Mapping[str, str]) -> Headers:
    """As ASGI has them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
