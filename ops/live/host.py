"""A host on loopback to which deploy/deploy.sh deploys, as it would to one of yours."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ops.live.sshd import HOST, find_port, sshd, write_known_hosts
from tagger.errors import TaggerError

SCRIPT = Path(__file__).parents[2] / "deploy/deploy.sh"
SECONDS_TO_END = 60


class HostError(TaggerError):
    """A deployment or a command there does not end as it must."""


class Host:
    """`root` is the folder that would be /srv/tagger; `ssh` the options by which it is reached."""

    def __init__(self, root: Path, ssh: str) -> None:
        self.root, self.ssh, self.port = root, ssh, find_port()

    def set(self, **settings: object) -> None:
        """Write settings.env."""
        lines = (f"TAGGER_{name}={value}\n" for name, value in settings.items())
        (self.root / "settings.env").write_text("".join(lines), encoding="utf-8")

    def deploy(self, release: Path, code: int = 0) -> str:
        """deploy/deploy.sh to its end; what it says, of a failure why. Raises HostError where it ends otherwise."""
        return self.call(code, release)

    def run(self, *words: str) -> str:
        """A command of the service there: `versions compare`. Raises HostError."""
        return self.call(0, "--run", *words)

    def copy(self, folder: Path, name: str) -> None:
        """Bring a folder there by scp."""
        command = ["scp", "-q", "-r", *self.ssh.split(), str(folder), f"{HOST}:{self.root}/{name}"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    def call(self, code: int, *words: Path | str) -> str:
        """deploy.sh with other words."""
        given = {"ROOT": str(self.root), "SSH": f"ssh {self.ssh}", "PYTHON": sys.executable}
        done = subprocess.run(
            ["bash", SCRIPT, HOST, *words],
            env=os.environ | given,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != code:
            said = done.stdout + done.stderr
            raise HostError(f"deploy.sh {words[0]} ended with code {done.returncode}, not {code}:\n{said}")
        return (done.stderr if code else done.stdout).strip()

    def stop(self) -> None:
        """End the holder, and with it what it serves. Raises HostError."""
        path = self.root / "run/pid"
        if not path.exists():
            return
        holder = Path("/proc", path.read_text(encoding="utf-8").strip())
        with suppress(ProcessLookupError):
            os.kill(int(holder.name), signal.SIGTERM)
        end = time.monotonic() + SECONDS_TO_END
        while holder.exists() and "Z (zombie)" not in (holder / "status").read_text(encoding="utf-8"):
            if time.monotonic() > end:
                raise HostError(f"the holder (process {holder.name}) does not end")
            time.sleep(0.1)


@contextmanager
def hosting(log: Path) -> Iterator[Host]:
    """A host until the block ends, below the system's folder for such, since a socket's path has at most 107 bytes.

    What its service has logged is kept in `log`.
    """
    with tempfile.TemporaryDirectory(prefix="tagger-host-") as scratch:
        root = Path(scratch, "srv")
        root.mkdir()
        with sshd(Path(scratch)) as port:
            host = Host(root, write_known_hosts(Path(scratch), port))
            try:
                yield host
            finally:
                host.stop()
                if (root / "run/log").exists():
                    shutil.copy(root / "run/log", log)
