"""Asks the challenger what the champion has answered already, in a thread of its own, and keeps what it says."""

import threading
import time
from collections import deque
from typing import NamedTuple

from service import metrics
from service.answers.model import Served, choose_tags
from service.state.queue import Queue, Shadow

# Questions that may wait: as many again are answered in a second, by a model of a linear kind.
MOST_WAITING = 256
# The thread sleeps so many times as long as it worked: answers have the greater part of a worker's time.
REST = 3


class Asked(NamedTuple):
    """A question to ask again: what it is, who shall answer, and the answer that it stands beside."""

    served: Served
    title: str
    body: str
    top: int
    prediction_id: str


class Asker(threading.Thread):
    """Filled by the event loop; what does not fit is dropped and counted."""

    def __init__(self, queue: Queue[Shadow]) -> None:
        super().__init__(name="shadow", daemon=True)
        self.queue = queue
        self.waiting: deque[Asked] = deque()
        self.wake = threading.Event()
        self.stopping = False

    def put(self, asked: Asked) -> None:
        metrics.shadows.labels(asked.served.version).inc()
        if len(self.waiting) >= MOST_WAITING:
            metrics.shadows_dropped.inc()
            return
        self.waiting.append(asked)
        self.wake.set()

    def run(self) -> None:
        while not self.stopping:
            self.wake.wait()
            self.wake.clear()
            while self.waiting and not self.stopping:
                start = time.perf_counter()
                self.ask(self.waiting.popleft())
                time.sleep(REST * (time.perf_counter() - start))

    def ask(self, asked: Asked) -> None:
        """One question; a challenger that fails does so in the shadow."""
        try:
            scores = asked.served.tagger.score_question(asked.title, asked.body)
            tags = choose_tags(asked.served, scores, asked.top)
        except Exception:  # noqa: BLE001 - of whatever kind, nobody waits for it
            metrics.shadows_failed.labels(asked.served.version).inc()
            metrics.shadows_dropped.inc()
            return
        self.queue.put(Shadow(asked.prediction_id, asked.served.version, time.time(), tags))

    def stop(self) -> None:
        """What waits is dropped."""
        self.stopping = True
        self.wake.set()
        self.join()
        metrics.shadows_dropped.inc(len(self.waiting))
