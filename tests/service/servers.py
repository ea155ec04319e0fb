"""The service as a process on loopback, as `make serve` starts it."""

import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy

from service.ids import make_id
from tests.imports import ROOT
from tests.searches import find_port, kill, start

SECONDS_TO_START = 30
OPEN = ("/", "/operator", "/docs", "/openapi.json", "/static/ask.js", "/healthz", "/readyz")
QUESTION = {"title": "How to join a table", "body": "<p>I select from a <code>table</code></p>", "top": 4}
BODIES = {
    "/v1/tags": QUESTION,
    "/v1/tags/batch": {"questions": [QUESTION] * 2},
    "/v1/feedback": {"prediction_id": make_id(), "rating": "up"},
}


@dataclass
class Service:
    """A service that may be killed and started again over the same state."""

    folder: Path
    model: Path
    settings: dict = field(default_factory=dict)
    process: object = None
    keys: dict = field(default_factory=dict)
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
        """The figures of /metrics, by their names with labels; under the bare name, their sum."""
        text = send(self, "GET", "/metrics", self.keys.get("all")).text
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        figures = {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}
        sums = Counter()
        for name, value in figures.items():
            sums[name.partition("{")[0]] += value
        return {**sums, **figures}

    def count_failed(self) -> float:
        """Answers of 5xx."""
        return sum(value for name, value in self.read_metrics().items() if 'status="5' in name)

    def select(self, statement):
        """Rows of the database."""
        if url := self.settings.get("DATABASE"):
            with connecting(url) as connection:
                return connection.exec_driver_sql(statement).fetchall()
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


@contextmanager
def connecting(url):
    """A connection to PostgreSQL."""
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def refusing(url):
    """Until the block ends nobody may connect to the database; who is connected is thrown out."""
    address = sqlalchemy.make_url(url)
    allow = f"UPDATE pg_database SET datallowconn = %s WHERE datname = '{address.database}'"
    with connecting(address.set(database="template1")) as connection:
        connection.exec_driver_sql(allow, (False,))
        try:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (address.database,)
            )
            yield
        finally:
            connection.exec_driver_sql(allow, (True,))


def send(service, method, path, key=None, **headers):
    """A request of which nothing but the key and the headers can be wrong."""
    given = {"Authorization": f"Bearer {key}"} if key else {}
    return service.client.request(method, path, json=BODIES.get(path), headers=given | headers)


def fill_disk(folder):
    """Leave no byte free."""
    with (folder / "ballast").open("wb", buffering=0) as file:
        for block in (1 << 16, 512, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(block))
