"""One release of the service as a process: started beside another, looked at through its door, let to the port."""

import asyncio
import ctypes
import json
import os
import secrets
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from service.hosting.environment import describe_environment
from service.hosting.probe import Door, ProbeError, check_answer, check_ready, check_versions, name_host

SECONDS_TO_START = 120
SECONDS_TO_END = 30
# A worker looks ten times a second whether it may open the port.
SECONDS_TO_OPEN = 0.5
PR_SET_PDEATHSIG = 1
LINES_KEPT = 20


class ReleaseError(Exception):
    """A release that cannot be served, and why, in one line."""


class Release:
    """A folder below `root`/releases, and its process."""

    def __init__(self, root: Path, name: str, descriptor: int) -> None:
        self.root, self.name, self.descriptor = root, name, descriptor
        self.folder = root / "releases" / name
        # Short, since a socket's path may have 107 bytes.
        self.door = root / "run" / secrets.token_hex(4)
        self.process: asyncio.subprocess.Process | None = None
        self.host = ""
        self.said: list[str] = []
        # Why it would not have been let in beside another.
        self.amiss = ""

    async def start(self, alone: bool) -> None:
        """Return once it is ready and answers as it was built. Raises ReleaseError; then nothing of it runs.

        `alone`: nothing else is served, so that what versions.json has it serve is better than nothing.
        """
        facts = read_facts(self.folder)
        environment = self.environment(facts)
        self.host = name_host(environment)
        started = Path(environment["TAGGER_STATE"], "started.json")
        before = started.read_bytes() if started.is_file() else None
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-PsS", "-m", "service"),
            cwd=self.folder,
            env=environment,
            pass_fds=[self.descriptor],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            preexec_fn=end_with_parent,
            # Ctrl-C at the holder is the holder's.
            start_new_session=True,
        )
        self.reader = asyncio.create_task(self.read())
        try:
            await self.wait_ready()
            await asyncio.to_thread(self.look, facts, environment.get("TAGGER_PROBE_KEY"), alone)
        except (ReleaseError, ProbeError) as error:
            await self.end()
            # It noted that the service was started with its model, which service.versions would go back to.
            if before is not None:
                started.write_bytes(before)
            raise ReleaseError(f"{self.name} is not served: {error}") from error

    @property
    def running(self) -> asyncio.subprocess.Process:
        """Its process. Raises ReleaseError before there is one."""
        if self.process is None:
            raise ReleaseError(f"{self.name} was not started")
        return self.process

    def environment(self, facts: dict[str, Any]) -> dict[str, str]:
        """What the process begins with."""
        listening = {"TAGGER_FD": str(self.descriptor), "TAGGER_DOOR": str(self.door)}
        return describe_environment(self.root, self.folder, facts) | listening

    async def read(self) -> None:
        """Pass on what it says, and keep the last lines: where it fails they say why."""
        stream = self.running.stdout
        while stream and (line := await stream.readline()):
            text = line.decode(errors="replace").rstrip()
            self.said = [*self.said, text][-LINES_KEPT:]
            sys.stderr.write(f"{self.name}: {text}\n")
            sys.stderr.flush()

    async def wait_ready(self) -> None:
        """Raises ReleaseError where it ends, or takes too long."""
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end:
            if (code := self.running.returncode) is not None:
                await self.reader
                raise ReleaseError(f"it ended: {find_reason(self.said) or code}")
            try:
                await asyncio.to_thread(check_ready, self.connect())
            except ProbeError:
                await asyncio.sleep(0.1)
            else:
                return
        raise ReleaseError(f"it was not ready within {SECONDS_TO_START} s")

    def connect(self) -> Door:
        return Door(self.door / "socket", self.host)

    def look(self, facts: dict[str, Any], key: str | None, alone: bool) -> None:
        """Does it answer as it did where it was built? Raises ProbeError."""
        try:
            check_versions(self.connect(), facts, key)
        except ProbeError as error:
            if not alone:
                raise
            self.amiss = str(error)
        check_answer(self.connect(), facts, key)

    async def open(self) -> None:
        """Let it to the port. Raises ReleaseError."""
        (self.door / "open").touch()
        await asyncio.sleep(SECONDS_TO_OPEN)
        try:
            await asyncio.to_thread(check_ready, self.connect())
        except ProbeError as error:
            await self.end()
            raise ReleaseError(f"{self.name} was ready and is no more: {error}") from error

    async def end(self) -> None:
        """Have it finish what it does; SIGKILL where it takes too long."""
        if self.process and self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), SECONDS_TO_END)
            except TimeoutError:
                os.killpg(self.process.pid, signal.SIGKILL)
                await self.process.wait()
        shutil.rmtree(self.door, ignore_errors=True)


def read_facts(folder: Path) -> dict[str, Any]:
    """A release's own account of itself. Raises ReleaseError."""
    try:
        facts: dict[str, Any] = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{folder} holds no release.json that can be read: deploy it anew") from error
    return facts


def find_reason(said: list[str]) -> str:
    """Of what a process said before it ended: with several workers its last line only says that none is left."""
    reasons = [line for line in said if line.startswith("service: ")]
    return (reasons or said[-1:] or [""])[0]


def end_with_parent() -> None:
    """SIGTERM when the parent dies: an orphan would keep the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
