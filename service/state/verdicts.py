"""What feedback says of the suggestions it is about, by the version that made them: found in the database."""

import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from service import metrics
from service.state.store import Store
from service.state.trouble import Trouble

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = dict[str, Any]
UNKNOWN = "unknown"
# Beyond so many the oldest are not counted; they are kept all the same.
MOST_WAITING = 10_000
MOST_AT_ONCE = 500
SECONDS_BETWEEN = 0.1
# A prediction may come to the database later than what is said of it, from another worker's queue; or not at all.
SECONDS_TO_WAIT = 2.0


class Waiting(NamedTuple):
    """Feedback whose prediction is looked for, in vain from a time on."""

    row: Row
    until: float


class Verdicts:
    """One thread uses it."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self.waiting: deque[Waiting] = deque(maxlen=MOST_WAITING)
        self.look_at = 0.0
        for verdict in metrics.VERDICTS:
            metrics.verdicts.labels(UNKNOWN, verdict)

    def add(self, rows: Sequence[Row]) -> None:
        """Feedback that was acknowledged. Who rates down has been troubled, whatever the database knows of it."""
        now = time.monotonic()
        for row in rows:
            if row["rating"] == "down":
                self.trouble.note(time.time(), row["prediction_id"])
            self.waiting.append(Waiting(row, now + SECONDS_TO_WAIT))

    def settle(self, store: Store, all_written: bool) -> None:
        """Count what waits and can be told; `all_written`: no prediction is on its way. Raises AwayError, RowsError."""
        now = time.monotonic()
        if not self.waiting or now < self.look_at or not store.up:
            return
        self.look_at = now + SECONDS_BETWEEN
        taken = [self.waiting.popleft() for _ in range(min(len(self.waiting), MOST_AT_ONCE))]
        try:
            found = find_suggested(store, [entry.row["prediction_id"] for entry in taken])
        except Exception:
            self.waiting.extendleft(reversed(taken))
            raise
        for entry in taken:
            prediction = found.get(entry.row["prediction_id"])
            if prediction is None and not (all_written and now > entry.until):
                self.waiting.append(entry)
            else:
                self.count(entry.row, *(prediction or (UNKNOWN, [])))

    def count(self, row: Row, version: str, suggested: list[str]) -> None:
        """One verdict more."""
        verdict = judge(row, suggested)
        metrics.verdicts.labels(version, verdict).inc()
        if verdict == metrics.NEGATIVE and row["rating"] is None:
            self.trouble.note(time.time(), row["prediction_id"])


def judge(row: Row, suggested: list[str]) -> str:
    """Negative: rated down, or a suggested tag is not among the right ones."""
    wrong = row["rating"] == "down" or not set(suggested) <= set(row["tags"] or suggested)
    return metrics.NEGATIVE if wrong else metrics.POSITIVE


def find_suggested(store: Store, ids: Sequence[str]) -> dict[str, tuple[str, list[str]]]:
    """Version and suggested tags of the predictions that are there. Raises AwayError, RowsError."""

    def run(connection: "Connection") -> dict[str, tuple[str, list[str]]]:
        from sqlalchemy import select

        from service.state.tables import predictions

        chosen = select(predictions.c.id, predictions.c.version, predictions.c.tags).where(predictions.c.id.in_(ids))
        return {
            name: (version, [row["tag"] for row in tags if row["suggested"]])
            for name, version, tags in connection.execute(chosen)
        }

    told: dict[str, tuple[str, list[str]]] = store.transact(run)
    return told
