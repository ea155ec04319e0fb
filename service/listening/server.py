"""Where the service listens: at a door of its own until it may open the port, and leaving without losing a request."""

import asyncio
import os
import signal
import socket
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from service.settings import Settings
from tagger.errors import DataError

BACKLOG = 2048
# A connection on which nothing comes is closed after KEEP_ALIVE; leaving waits longer than that.
KEEP_ALIVE = 5
SECONDS_TO_DRAIN = 8
TICK = 0.05


class Server(uvicorn.Server):
    """uvicorn's, with a gate before the port and a way out on which nobody is cut off.

    uvicorn closes idle connections at once when it ends, and a request that is on its way to one is lost. Here each
    gets one more answer, with `Connection: close`, or runs into the same time limit as always.
    """

    def __init__(self, config: uvicorn.Config, gate: Path | None = None) -> None:
        super().__init__(config)
        self.gate = gate
        self.shut: list[socket.socket] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen: with a gate, at the first socket alone."""
        await super().startup(sockets=[])
        first, *others = sockets or []
        await self.listen(first)
        if self.gate is None:
            await self.open(others)
        else:
            self.shut = others

    async def open(self, sockets: list[socket.socket]) -> None:
        for each in sockets:
            await self.listen(each)

    async def listen(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        create = loop.create_unix_server if listener.family == socket.AF_UNIX else loop.create_server
        make: Any = self.config.http_protocol_class
        state = {"server_state": self.server_state, "app_state": self.lifespan.state}
        protocol = partial(make, config=self.config, **state)
        self.servers.append(await create(protocol, sock=listener, backlog=BACKLOG))

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: has the gate been opened?"""
        if self.shut and self.gate and self.gate.exists():
            sockets, self.shut = self.shut, []
            await self.open(sockets)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new connection, let those that are there end by themselves, then end."""
        for server in self.servers:
            server.close()
        if signal.SIGINT not in self._captured_signals:
            await self.drain()
        await super().shutdown(sockets)

    async def drain(self) -> None:
        """Return when the last connection has ended, or after SECONDS_TO_DRAIN."""
        self.server_state.default_headers.append((b"connection", b"close"))
        loop = asyncio.get_running_loop()
        end = loop.time() + SECONDS_TO_DRAIN
        while self.server_state.connections and not self.force_exit and loop.time() < end:
            await asyncio.sleep(TICK)


def find_gate(settings: Settings) -> Path | None:
    """The file whose appearance opens the port."""
    return settings.door and settings.door / "open"


def bind_sockets(settings: Settings, config: uvicorn.Config) -> list[socket.socket]:
    """The door, where there is one, and the port, or the socket that was given for it. Raises DataError."""
    port = config.bind_socket() if settings.fd is None else take_socket(settings.fd)
    return [port] if settings.door is None else [bind_door(settings.door), port]


def take_socket(descriptor: int) -> socket.socket:
    """A socket that the process began with. Raises DataError."""
    try:
        return socket.socket(fileno=os.dup(descriptor))
    except OSError as error:
        raise DataError(f"TAGGER_FD is {descriptor}, which is no open socket ({error.strerror})") from error


def bind_door(folder: Path) -> socket.socket:
    """A Unix socket in a folder that only this user enters. Raises DataError."""
    path = folder / "socket"
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        door.bind(str(path))
    except OSError as error:
        raise DataError(f"TAGGER_DOOR is {folder}: no socket can be made there ({error})") from error
    return door
