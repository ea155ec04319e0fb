"""What a service counts, read from /metrics; of a release that is replaced, read when its last answer is given."""

import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from types import TracebackType

from prometheus_client.parser import text_string_to_metric_families

from ops.live.sshd import HOST

ROUTES = ("/v1/tags", "/v1/feedback")
# Idle connections are closed after five seconds: each is used again before that.
CONNECTIONS, SECONDS_BETWEEN = 3, 0.2
SECONDS_FOR_OTHERS = 3.5
Figures = Counter[tuple[str, ...]]


def parse(text: str) -> Figures:
    """Answers by route and status, predictions by version, feedback, and what was lost or waits."""
    figures: Figures = Counter()
    for sample in (sample for family in text_string_to_metric_families(text) for sample in family.samples):
        labels, name = sample.labels, sample.name.removeprefix("tagger_")
        if name == "requests_total" and labels["route"] in ROUTES:
            figures["answers", labels["route"], labels["status"]] += int(sample.value)
        elif name == "predictions_total":
            figures["predictions", labels["version"]] += int(sample.value)
        elif name in ("feedback_total", "predictions_dropped_total", "predictions_queued", "journal_bytes"):
            figures[name,] += int(sample.value)
    return figures


def read(connection: HTTPConnection, key: str) -> tuple[Figures, bool]:
    """The figures, and whether the service is about to close the connection."""
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    return parse(answer.read().decode()), answer.getheader("Connection", "").lower() == "close"


class Witness(threading.Thread):
    """Reads the figures of the release that serves now until it is replaced, and once more at its end.

    A release that leaves gives each open connection one more answer. The first of those read here says that it leaves;
    by the time of another, all callers are gone. With `with`, it waits for that.
    """

    def __init__(self, port: int, key: str) -> None:
        super().__init__(name="witness", daemon=True)
        self.key = key
        self.connections = [HTTPConnection(HOST, port, timeout=10) for _ in range(CONNECTIONS)]
        self.figures: Figures = Counter()
        self.leaves = threading.Event()

    def __enter__(self) -> "Witness":
        for connection in self.connections:
            self.figures, _ = read(connection, self.key)
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if kind is None:
            self.join()

    def run(self) -> None:
        for connection in cycle(self.connections):
            time.sleep(SECONDS_BETWEEN)
            self.figures, leaves = read(connection, self.key)
            if leaves:
                break
        self.leaves.set()
        time.sleep(SECONDS_FOR_OTHERS)
        others = [each for each in self.connections if each is not connection]
        for each in others:
            try:
                self.figures, _ = read(each, self.key)
            except (OSError, HTTPException):
                continue
            return


def read_final(port: int, key: str, seconds: float = 30) -> Figures:
    """The figures once nothing waits for the database any more."""
    end = time.monotonic() + seconds
    while True:
        figures, _ = read(HTTPConnection(HOST, port, timeout=10), key)
        if not figures["predictions_queued",] + figures["journal_bytes",] or time.monotonic() > end:
            return figures
        time.sleep(0.2)
