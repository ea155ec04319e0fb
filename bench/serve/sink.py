"""Takes whatever telemetry is sent and answers that it did: `uvicorn bench.serve.sink:take`."""

from typing import Any

from starlette.types import Receive, Scope, Send

ANSWER = b'{"itemsReceived": 1, "itemsAccepted": 1, "errors": []}'


async def take(scope: Scope, receive: Receive, send: Send) -> None:
    """Read it to its end. OTLP's answer may be empty, Application Insights' may not."""
    if scope["type"] != "http":
        return
    message: Any = {"more_body": True}
    while message.get("more_body"):
        message = await receive()
    body = ANSWER if scope["path"].endswith("/track") else b""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})
