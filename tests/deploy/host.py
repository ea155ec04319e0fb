"""A host behind sshd on loopback, deployed to by deploy/deploy.sh, and callers who count every answer."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

from ops.live.crowd import Crowd, Line
from ops.live.sshd import sshd
from tests.imports import ROOT
from tests.searches import find_port

CALLERS = 12
QUESTION = {"title": "How to join a table", "top": 3}


class Host:
    """`root` is the folder of the releases there; `ssh` the command that reaches it."""

    def __init__(self, scratch: Path, ssh_port: int) -> None:
        self.scratch, self.root, self.port = scratch, scratch / "srv", find_port()
        self.root.mkdir()
        self.set(TAGGER_PORT=self.port, TAGGER_JOURNAL_MB=1)
        key = (scratch / "host.pub").read_text().split()[:2]
        self.ssh_port, self.known_hosts = ssh_port, f"[127.0.0.1]:{ssh_port} {' '.join(key)}\n"
        (scratch / "known_hosts").write_text(self.known_hosts)
        self.ssh = f"ssh -F none -p {ssh_port} -i {scratch}/user -o UserKnownHostsFile={scratch}/known_hosts"

    def set(self, **settings: object) -> None:
        """Write settings.env."""
        (self.root / "settings.env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    def start(self, *words: Path | str, **variables: str) -> subprocess.Popen:
        """deploy/deploy.sh on its way, with a release's folder or what else it takes."""
        given = {"ROOT": str(self.root), "SSH": self.ssh, "KEEP": "2", "PYTHON": sys.executable} | variables
        return subprocess.Popen(
            ["bash", ROOT / "deploy/deploy.sh", "127.0.0.1", *words],
            env=os.environ | given,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def deploy(self, *words: Path | str, code: int = 0, **variables: str) -> str:
        """The same to its end; what it said."""
        process = self.start(*words, **variables)
        said, _ = process.communicate(timeout=180)
        assert process.returncode == code, f"{said}\n{self.log()}"
        return said

    def copy_release(self, version: str) -> str:
        """Make of what is served another release, as if it had been served before; its version."""
        source, target = (self.root / "current").resolve(), self.root / "releases" / version
        shutil.copytree(source, target, symlinks=True)
        facts = json.loads((target / "release.json").read_text())
        (target / "release.json").write_text(json.dumps(facts | {"version": version}))
        (self.root / "previous").symlink_to(f"releases/{version}")
        return version

    def log(self) -> str:
        path = self.root / "run/log"
        return path.read_text() if path.exists() else ""

    def serving(self) -> str:
        """The version that answers."""
        return str(self.ask_ready()["version"])

    def ask_ready(self) -> dict[str, object]:
        """What /readyz says."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", "/readyz")
            return json.loads(connection.getresponse().read())

    def wait(self, version: str) -> None:
        """Return when a version answers."""
        end = time.monotonic() + 40
        while self.serving() != version:
            assert time.monotonic() < end, self.log()
            time.sleep(0.2)

    def crash(self) -> None:
        """SIGKILL to what is served, not to the holder."""
        holder = (self.root / "run/pid").read_text().strip()
        [process] = Path(f"/proc/{holder}/task/{holder}/children").read_text().split()
        os.kill(int(process), signal.SIGKILL)
        while Path("/proc", process).exists():
            time.sleep(0.01)

    def find_copy(self, version: str) -> Path:
        """The model that was brought as a version."""
        plan = json.loads((self.root / "state/versions.json").read_text())
        [model] = {row["model"] for row in plan.values() if isinstance(row, dict) and row["version"] == version}
        return Path(model)

    def place_packages(self, folder: Path) -> None:
        """As if an earlier deployment had sent them, which takes its time."""
        digest = hashlib.sha256((folder / "packages.txt").read_bytes()).hexdigest()[:12]
        shutil.copytree(folder / "packages", self.root / "packages" / digest, copy_function=os.link)

    def stop(self) -> None:
        """End the holder and what it serves."""
        path = self.root / "run/pid"
        if not path.exists():
            return
        holder = Path("/proc", path.read_text().strip())
        with suppress(ProcessLookupError):
            os.kill(int(holder.name), signal.SIGTERM)
        end = time.monotonic() + 40
        while holder.exists() and "Z (zombie)" not in (holder / "status").read_text():
            assert time.monotonic() < end, "the holder does not end"
            time.sleep(0.1)


class Callers(Crowd):
    """Ask all the time on connections that stay open, half of them with pauses; every answer counts."""

    def __init__(self, port: int) -> None:
        super().__init__(port, CALLERS)
        self.versions: dict[str, int] = {}
        self.lock = threading.Lock()

    def call(self, line: Line, number: int) -> None:
        while not self.ended.is_set():
            if answer := self.ask(line, "/v1/tags", QUESTION):
                with self.lock:
                    self.versions[answer["version"]] = self.versions.get(answer["version"], 0) + 1
            # Pauses of up to 0.3 s: a connection that waits is what a careless end cuts off.
            time.sleep(number % 4 * 0.1 + 0.002)

    def wait(self, version: str, count: int = 50) -> None:
        """Return when a version has answered so many more."""
        wanted = self.versions.get(version, 0) + count
        end = time.monotonic() + 30
        while self.versions.get(version, 0) < wanted:
            assert time.monotonic() < end, self.versions
            time.sleep(0.05)


@contextmanager
def hosting(scratch: Path) -> Iterator[Host]:
    """A host until the block ends."""
    with sshd(scratch) as port:
        host = Host(scratch, port)
        try:
            yield host
        finally:
            host.stop()
