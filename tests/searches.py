"""Searches in processes of their own: the train stage, a Dask cluster and a PostgreSQL server on loopback."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.imports import ROOT

SECONDS_TO_START = 60
SECONDS_TO_TRAIN = 120
PASSWORD = "not-to-be-shown"  # noqa: S105
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@dataclass(frozen=True)
class Work:
    """A folder in which the stages before train have run, and where its downloads and searches are kept."""

    folder: Path
    cache: Path

    @classmethod
    def copy(cls, workspace: Path, folder: Path) -> "Work":
        """The same data in another folder."""
        shutil.copytree(workspace / "data", folder / "data")
        return cls(folder, folder / "cache")

    def start(self, params) -> subprocess.Popen:
        """`python -m stages.train`, in a process group of its own."""
        (self.folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
        return start([sys.executable, "-m", "stages.train"], self.folder, TAGGER_CACHE=self.cache, PYTHONPATH=ROOT)

    def train(self, params, code=0) -> str:
        """The same to its end; what it prints, both streams together."""
        process = self.start(params)
        printed, _ = process.communicate(timeout=SECONDS_TO_TRAIN)
        assert process.returncode == code, printed
        assert code or "Warning" not in printed, printed
        return printed

    def list_scores(self) -> dict[str, int]:
        """The scores that are kept, with the time at which each was written."""
        files = (self.cache / "search").glob("*/*")
        return {path.name: path.stat().st_mtime_ns for path in files if not path.name.startswith(".")}

    def wait_for_scores(self, count: int, process: subprocess.Popen) -> None:
        """Return when so many are kept, while the process runs."""
        while len(self.list_scores()) < count:
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.005)

    def read(self) -> tuple[bytes, bytes]:
        """The table of the trials and the description of the model."""
        return self.trials.read_bytes(), (self.folder / "models/tagger/model.json").read_bytes()

    @property
    def trials(self) -> Path:
        return self.folder / "metrics/plots/search/trials.csv"


def start(command, folder, user=None, **environment) -> subprocess.Popen:
    """A process that leads a group, what it prints in one pipe."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {name: str(value) for name, value in environment.items()},
        user=user,
        group=user and pwd.getpwnam(user).pw_gid,
        extra_groups=[] if user else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def kill(process: subprocess.Popen) -> None:
    """SIGKILL to its whole group."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def find_port() -> int:
    """A free one of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(command, folder, sign, **options):
    """A process in the background that has printed `sign`; killed with its group when the block ends."""
    process = start(command, folder, **options)
    try:
        printed = ""
        while sign not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        yield process
    finally:
        if process.poll() is None:
            kill(process)


@contextmanager
def cluster(scratch, workers, checkout=ROOT):
    """`dask scheduler` and so many `dask worker`, as a person starts them in a checkout: address, the workers'
    processes, the scheduler's."""
    dask = [sys.executable, "-m", "dask"]
    address = f"tcp://127.0.0.1:{find_port()}"
    with ExitStack() as stack:
        scheduler = [*dask, "scheduler", "--host", address, "--dashboard-address", "127.0.0.1:0"]
        started = stack.enter_context(running(scheduler, ROOT, "Scheduler at:"))
        worker = [*dask, "worker", address, "--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(scratch)]
        ready = [stack.enter_context(running(worker, checkout, "Registered to:")) for _ in range(workers)]
        yield address, ready, started


@contextmanager
def postgres():
    """A PostgreSQL server with a fresh database: its URL without the password, which is PASSWORD."""
    user = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    port = find_port()
    (folder / "password").write_text(PASSWORD)
    if user:
        for path in (folder, folder / "password"):
            shutil.chown(path, user, user)
    setup = [PROGRAMS[-1] / "initdb", "-D", folder / "data", "-U", "tagger", "-A", "scram-sha-256"]
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    server = [PROGRAMS[-1] / "postgres", "-D", folder / "data", "-p", str(port), *options]
    try:
        made = start([*setup, f"--pwfile={folder / 'password'}"], folder, user)
        printed, _ = made.communicate(timeout=SECONDS_TO_START)
        assert made.returncode == 0, printed
        with running(server, folder, "ready to accept connections", user=user):
            yield f"postgresql+psycopg://tagger@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
