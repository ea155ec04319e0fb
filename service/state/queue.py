"""The predictions that wait for the database: so many and so large at most; the rest is dropped and counted."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from prometheus_client import Counter

from service import metrics

# Texts of questions, all together.
MOST_CHARACTERS = 32 << 20


class Prediction(NamedTuple):
    """What was asked and answered; `asked` in seconds since 1970, `caller` a digest."""

    id: str
    asked: float
    version: str
    title: str | None
    body: str | None
    tags: list[dict[str, object]]
    caller: str

    @property
    def size(self) -> int:
        return len(self.title or "") + len(self.body or "")


class Shadow(NamedTuple):
    """What a challenger said of a question that another version answered."""

    prediction_id: str
    version: str
    asked: float
    tags: list[dict[str, object]]

    @property
    def size(self) -> int:
        return 0


class Row(Protocol):
    """What a queue takes; `size` counts characters of text."""

    @property
    def size(self) -> int: ...


R = TypeVar("R", bound=Row)


class Queue(Generic[R]):
    """Filled by the event loop or a thread, emptied by the writer."""

    def __init__(self, most: int, dropped: Counter = metrics.dropped) -> None:
        self.most = most
        self.dropped = dropped
        self.rows: deque[R] = deque()
        self.characters = 0
        self.lock = threading.Lock()

    def put(self, row: R) -> None:
        """Add one, or count it as dropped."""
        with self.lock:
            if len(self.rows) < self.most and self.characters + row.size <= MOST_CHARACTERS:
                self.characters += row.size
                self.rows.append(row)
                return
        self.dropped.inc()

    def take(self, most: int) -> list[R]:
        """The oldest ones."""
        with self.lock:
            taken = [self.rows.popleft() for _ in range(min(most, len(self.rows)))]
            self.characters -= sum(row.size for row in taken)
        return taken

    def put_back(self, rows: Sequence[R]) -> None:
        """What could not be written goes first again."""
        with self.lock:
            self.rows.extendleft(reversed(rows))
            self.characters += sum(row.size for row in rows)

    def __len__(self) -> int:
        return len(self.rows)
