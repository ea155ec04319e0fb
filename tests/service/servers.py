"""The service as a process on loopback, as `make serve` starts it."""

import sqlite3
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.imports import ROOT
from tests.searches import find_port, kill, start

SECONDS_TO_START = 30
QUESTION = {"title": "How to join a table", "body": "<p>I select from a <code>table</code></p>", "top": 4}


@dataclass
class Service:
    """A service that may be killed and started again over the same state."""

    folder: Path
    model: Path
    settings: dict = field(default_factory=dict)
    process: object = None
    # Other variables than TAGGER_*, and what is run.
    variables: dict = field(default_factory=dict)
    module: str = "service"

    def __post_init__(self):
        self.port = find_port()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    def start(self):
        """Return once it is ready."""
        given = {"PORT": self.port, "MODEL": self.model, "STATE": self.folder, "JOURNAL_MB": 1} | self.settings
        environment = {f"TAGGER_{name}": value for name, value in given.items()}
        environment |= self.variables
        command = [sys.executable, "-m", self.module]
        self.process = start(command, ROOT, **environment)
        self.wait(lambda: self.get("/readyz").status_code == 200, SECONDS_TO_START)
        return self

    def wait(self, check, seconds=10):
        """Return when something is so."""
        end = time.monotonic() + seconds
        while True:
            try:
                if check():
                    return
            except (httpx.TransportError, sqlite3.OperationalError):
                assert self.process.poll() is None, self.process.communicate()[0]
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.02)

    def kill(self):
        """SIGKILL to the service and its workers."""
        kill(self.process)

    def stop(self) -> str:
        """SIGTERM; what was printed."""
        self.process.terminate()
        return self.process.communicate(timeout=20)[0]

    def get(self, path):
        return self.client.get(path)

    def ask(self, **values):
        """A question's answer."""
        answer = self.client.post("/v1/tags", json=QUESTION | values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def say(self, prediction_id, **values):
        """Feedback's receipt."""
        answer = self.client.post("/v1/feedback", json={"prediction_id": prediction_id, **values})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def read_metrics(self) -> dict[str, float]:
        """The figures of /metrics, by their names with labels."""
        lines = [line for line in self.get("/metrics").text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def select(self, statement):
        """Rows of the SQLite database."""
        with closing(sqlite3.connect(self.folder / "service.db", timeout=10)) as connection:
            return connection.execute(statement).fetchall()


@contextmanager
def serving(folder, model, variables=(), module="service", **settings):
    """A service until the block ends."""
    service = Service(folder, model, settings, variables=dict(variables), module=module)
    try:
        yield service.start()
    finally:
        service.client.close()
        if service.process.poll() is None:
            kill(service.process)


def fill_disk(folder):
    """Leave no byte free."""
    with (folder / "ballast").open("wb", buffering=0) as file:
        for block in (1 << 16, 512, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(block))
