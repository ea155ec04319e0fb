"""The predictions that wait for the database: so many and so large at most; the rest is dropped and counted."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from service import metrics

# Texts of questions, all together.
MOST_CHARACTERS = 32 << 20


class Prediction(NamedTuple):
    """What was asked and answered; `asked` in seconds since 1970."""

    id: str
    asked: float
    version: str
    title: str | None
    body: str | None
    tags: list[dict[str, object]]

    @property
    def size(self) -> int:
        return len(self.title or "") + len(self.body or "")


class Queue:
    """Filled by the event loop, emptied by the writer."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.rows: deque[Prediction] = deque()
        self.characters = 0
        self.lock = threading.Lock()

    def put(self, row: Prediction) -> None:
        """Add one, or count it as dropped."""
        metrics.predictions.labels(row.version).inc()
        with self.lock:
            if len(self.rows) < self.most and self.characters + row.size <= MOST_CHARACTERS:
                self.characters += row.size
                self.rows.append(row)
                return
        metrics.dropped.inc()

    def take(self, most: int) -> list[Prediction]:
        """The oldest ones."""
        with self.lock:
            taken = [self.rows.popleft() for _ in range(min(most, len(self.rows)))]
            self.characters -= sum(row.size for row in taken)
        return taken

    def put_back(self, rows: Sequence[Prediction]) -> None:
        """What could not be written goes first again."""
        with self.lock:
            self.rows.extendleft(reversed(rows))
            self.characters += sum(row.size for row in rows)

    def __len__(self) -> int:
        return len(self.rows)
