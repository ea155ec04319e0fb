"""What the doors of the service cost a request: `python -m bench.doors`, microseconds around routes that do nothing.

The whole is measured by asking as in production: a key among ten, a rate, an id to make, the headers of a browser.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.doors.door import Door
from service.doors.entrance import make_limits
from service.doors.envelope import Envelope
from service.doors.keys import add_key
from service.doors.ring import Ring
from service.replies import reply
from service.settings import Settings

TIMES, ROUNDS = 20_000, 7
SECRET = b"s" * 32


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    await reply({"status": "ok"})(scope, receive, send)


def build(folder: Path) -> tuple[Mapping[str, ASGIApp], bytes]:
    """More and more around an application; a key that is good."""
    keys = [add_key(folder / "keys.json", f"key{number}", ["ask"]) for number in range(10)]
    settings = {rate: Settings(state=folder, rate=rate, burst=1_000_000) for rate in (0, 1_000_000)}
    ring, nobody = Ring(folder / "keys.json"), Ring(folder / "none.json")
    ring.open()
    limits = make_limits(settings[1_000_000], SECRET)
    return {
        "envelope: headers, request id": Envelope(answer, 0),
        "door without keys: host, site": Door(answer, settings[0], nobody, None),
        "door with a key": Door(answer, settings[0], ring, None),
        "door with a key and a rate": Door(answer, settings[1_000_000], ring, limits),
        "all of it": Envelope(Door(answer, settings[1_000_000], ring, limits), 0),
    }, keys[5].encode()


def make_scope(key: bytes) -> Scope:
    """A question as a page's script sends it."""
    headers = {
        "host": "localhost:8000",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0",
        "content-length": "120",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate, br",
        "content-type": "application/json",
        "origin": "http://localhost:8000",
        "sec-fetch-site": "same-origin",
        "authorization": f"Bearer {key.decode()}",
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    client = ("192.0.2.1", 1000)
    return {"type": "http", "method": "POST", "path": "/v1/tags", "headers": encoded, "client": client, "state": {}}


async def measure(app: ASGIApp, key: bytes) -> float:
    """Microseconds of the processor for a request: the least of some rounds, since others may share the core."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message.get("status", 200) != 200:
            raise RuntimeError(f"refused: {message}")

    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(TIMES):
            await app(make_scope(key), receive, send)
        taken.append(time.process_time() - start)
    return min(taken) / TIMES * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        apps, key = build(Path(folder))
        bare = asyncio.run(measure(answer, key))
        for name, app in apps.items():
            print(f"{name:32} {asyncio.run(measure(app, key)) - bare:5.1f} µs more than without")


if __name__ == "__main__":
    main()
