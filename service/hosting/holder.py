"""Holds the port while releases come and go behind it: `python -m service.hosting.holder ROOT`; docs/deployment.md.

The listening socket is this process's own: what a release has not accepted waits in the kernel for the next one.
Needs Python alone, and imports all it needs at its start, so that it outlives the release whose code it runs.
"""

import asyncio
import hashlib
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from service.hosting import environment, links, port, probe, release
from service.hosting.environment import read_settings_file
from service.hosting.links import list_served, remember
from service.hosting.port import BACKLOG, open_port
from service.hosting.release import Release, ReleaseError

PAUSES = (0.5, 1, 2, 5, 10, 30)
CODE = [Path(__file__), *(Path(str(module.__file__)) for module in (environment, links, port, probe, release))]


class Holder:
    """One release at a time behind the port; a second only while it takes over."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = open_port(read_settings_file(root / "settings.env"))
        self.serving: Release | None = None
        self.lock = asyncio.Lock()
        self.changed = asyncio.Event()
        self.code = digest_code(CODE)

    async def switch(self, name: str) -> str:
        """Put a release behind the port; what was done. Raises ReleaseError, and then serves what it did before."""
        async with self.lock:
            if self.alive and self.alive.name == name:
                return f"{name} is served already"
            return await self.put(name)

    async def put(self, name: str) -> str:
        """The same for whoever has the lock."""
        old, new = self.serving, Release(self.root, name, self.port.fileno())
        await new.start(alone=not self.alive)
        if new.amiss:
            sys.stderr.write(f"holder: {name} {new.amiss}\n")
        self.port.listen(BACKLOG)
        await new.open()
        self.serving = new
        self.changed.set()
        remember(self.root, name)
        if old:
            await old.end()
        return "; ".join(filter(None, [f"{name} is served", new.amiss, self.tell_code(new.folder)]))

    @property
    def alive(self) -> Release | None:
        """What serves and has not ended."""
        return self.serving if self.serving and self.serving.running.returncode is None else None

    def tell(self) -> str:
        return f"{self.alive.name} is served" if self.alive else "nothing is served"

    def tell_code(self, folder: Path) -> str:
        """A word where the holder itself is older than what it serves."""
        if digest_code([folder / "service/hosting" / path.name for path in CODE]) == self.code:
            return ""
        return "the holder is of an earlier release: restart it at a quiet moment"

    async def watch(self) -> None:
        """Keep a release behind the port; where none can be, try again at growing intervals, or wait for another."""
        failures = 0
        while True:
            self.changed.clear()
            if serving := await self.revive():
                failures = 0
                await serving.running.wait()
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    async def revive(self) -> Release | None:
        """Serve what was served last; where that cannot be, what was before it. What is served then, if anything."""
        async with self.lock:
            if self.serving and not self.alive:
                sys.stderr.write(f"holder: {self.serving.name} ended with {self.serving.running.returncode}\n")
            for name in () if self.alive else list_served(self.root):
                try:
                    await self.put(name)
                except ReleaseError as error:
                    sys.stderr.write(f"holder: {error}\n")
                else:
                    break
            return self.alive

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """`NAME` on a line: switch to it; or `status`. The answer begins with `ok` or `refused`.

        A caller who leaves is no reason to stop halfway.
        """
        name = (await reader.readline()).decode().strip()
        try:
            told = f"ok {self.tell() if name == 'status' else await self.switch(name)}"
        except ReleaseError as error:
            told = f"refused {error}"
        with suppress(ConnectionError):
            writer.write(f"{told}\n".encode())
            await writer.drain()
            writer.close()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        watcher = asyncio.create_task(self.watch())
        door = self.root / "run/control"
        door.unlink(missing_ok=True)
        async with await asyncio.start_unix_server(self.answer, door):
            door.chmod(0o600)
            await ended.wait()
        watcher.cancel()
        async with self.lock:
            if self.serving:
                await self.serving.end()


def digest_code(paths: list[Path]) -> str:
    """What the holder's own modules are."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths if path.is_file())).hexdigest()


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m service.hosting.holder ROOT, the folder with releases/ and settings.env")
    root = Path(sys.argv[1]).resolve()
    for name in ("run", "state"):
        (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / "run/pid").write_text(f"{os.getpid()}\n", encoding="utf-8")

    async def hold() -> None:
        await Holder(root).run()

    asyncio.run(hold())


if __name__ == "__main__":
    main()
