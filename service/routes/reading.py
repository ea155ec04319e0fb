"""Reads a body no further than its limit, then checks it against its schema: whatever comes, a RefusedError at most."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar, get_type_hints

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from service.errors import RefusedError, explain_problems
from service.telemetry.spans import span

T = TypeVar("T")
JSON = "application/json"


class JsonRoute(APIRoute):
    """A route whose endpoint takes (request, checked body) and gives a Response.

    FastAPI documents it; its own way of reading would hold the whole body and parse it twice.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Callable[[Request, Any], Awaitable[Response]] = self.endpoint
        # Not FastAPI's field: it keeps the type without what tells the members of a union apart.
        checker: TypeAdapter[Any] = TypeAdapter(list(get_type_hints(endpoint, include_extras=True).values())[1])

        async def handle(request: Request) -> Response:
            settings = request.app.state.settings
            body = await read_body(request, settings.max_bytes, settings.body_seconds)
            with span("parse", **{"http.request.body.size": len(body)}):
                checked = check_body(checker, body)
            return await endpoint(request, checked)

        return handle


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The bytes of a body. Raises RefusedError."""
    check_headers(request, limit)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    raise RefusedError(413, f"the body has more than {limit:,} bytes: send less")
                pieces.append(piece)
    except TimeoutError as error:
        raise RefusedError(408, f"the body did not come within {seconds:g} s", connection="close") from error
    except ClientDisconnect as error:
        raise RefusedError(400, "the body ended early") from error
    return b"".join(pieces)


def check_headers(request: Request, limit: int) -> None:
    """Raises RefusedError where the headers are reason enough."""
    kind = request.headers.get("content-type", JSON)
    if kind.partition(";")[0].strip().lower() != JSON:
        raise RefusedError(415, f"the body is {kind[:60]!r}: send {JSON}")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 18 or int(length) > limit:
        raise RefusedError(413, f"the body has {length[:18]} bytes, at most {limit:,} are taken: send less")


def check_body(checker: TypeAdapter[T], body: bytes) -> T:
    """JSON as its schema wants it. Raises RefusedError."""
    try:
        return checker.validate_json(body)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        status = 400 if problems[0]["type"] == "json_invalid" else 422
        message = problems[0]["msg"] if status == 400 else explain_problems(problems)
        raise RefusedError(status, message) from error
