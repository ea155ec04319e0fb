"""The one thread of a worker that writes: predictions when it is their turn, feedback before it is acknowledged."""

import asyncio
import logging
import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from prometheus_client import Counter

from service import metrics
from service.errors import RefusedError
from service.state.journal import Journal, JournalError
from service.state.link import Link
from service.state.queue import Prediction, Queue, Shadow
from service.state.receipts import Waiting, settle
from service.state.store import AwayError, RowsError, Store
from service.state.verdicts import Verdicts
from service.telemetry.spans import span

INTERVAL = 0.1  # seconds
MOST_SHADOWS = 1000  # may wait
MOST_ROWS = 200  # in one transaction, so that feedback does not wait long behind it
SECONDS_BETWEEN_DROPS = (1.0, 600.0)  # by how long texts are kept
SECONDS_TO_STOP = 10.0
logger = logging.getLogger("service.writer")

Row = dict[str, Any]


class Writer(threading.Thread):
    """Owns store and journal; everything else only puts something into `queue` or awaits `keep`."""

    def __init__(
        self, store: Store, journal: Journal, queue: Queue[Prediction], keep_days: float, verdicts: Verdicts
    ) -> None:
        super().__init__(name="writer", daemon=True)
        self.link = Link(store)
        self.journal = journal
        self.queue = queue
        self.shadows: Queue[Shadow] = Queue(MOST_SHADOWS, metrics.shadows_dropped)
        self.keep_days = keep_days
        self.verdicts = verdicts
        self.feedback: deque[Waiting] = deque()
        self.wake = threading.Event()
        self.stopping = False
        self.drop_at = 0.0

    async def keep(self, row: Row) -> str:
        """Write feedback; where it is kept, once it is: "database" or "journal". Raises RefusedError."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()
        self.feedback.append(Waiting(row, future))
        self.wake.set()
        return await future

    def start(self) -> None:
        """Begin, with the journal at its full size: once the disk is full there is no making it."""
        self.measure_journal()
        super().start()

    def stop(self) -> None:
        """Write what waits, then end."""
        self.stopping = True
        self.wake.set()
        self.join(SECONDS_TO_STOP)

    def run(self) -> None:
        while not self.stopping:
            self.wake.wait(INTERVAL)
            self.wake.clear()
            self.work()
        while self.work() == MOST_ROWS:
            pass
        self.link.store.close()
        self.journal.close()

    def work(self) -> int:
        """One round; how many predictions were written."""
        try:
            self.keep_feedback([self.feedback.popleft() for _ in range(len(self.feedback))])
            count = max(self.write_predictions(), self.write_shadows())
            self.drain_journal()
            self.count_verdicts()
            self.drop_texts()
        except Exception:
            # This thread must outlive a mistake: feedback waits for it.
            logger.exception("writer")
            return 0
        return count

    def keep_feedback(self, waiting: list[Waiting]) -> None:
        """Write rows to the database, to the journal where that is away, and wake those who wait."""
        if not waiting:
            return
        rows = [entry.row for entry in waiting]
        try:
            with span("write feedback", count=len(rows)):
                self.link.insert("feedback", rows)
            settle(waiting, "database")
            self.verdicts.add(rows)
        except AwayError:
            self.journal_feedback(waiting)
        except RowsError as error:
            if len(waiting) == 1:
                settle(waiting, RefusedError(422, f"the database refuses it: {error}"))
            else:
                for entry in waiting:
                    self.keep_feedback([entry])

    def journal_feedback(self, waiting: list[Waiting]) -> None:
        """The way that is left while the database is away."""
        try:
            self.journal.append([orjson.dumps(entry.row) for entry in waiting])
            settle(waiting, "journal")
            self.verdicts.add([entry.row for entry in waiting])
        except JournalError as error:
            logger.error("feedback refused: %s", error)
            metrics.refused.inc(len(waiting))
            settle(waiting, RefusedError(503, "neither database nor journal can keep it: try again", retry_after="5"))

    def write_predictions(self) -> int:
        """Some of those that wait; they go on waiting while the database is away."""
        metrics.queued.set(len(self.queue))
        return self.write("predictions", self.queue, metrics.written)

    def write_shadows(self) -> int:
        """The same for what a challenger said in the shadow."""
        return self.write("shadows", self.shadows, metrics.shadows_written)

    def write(self, table: str, queue: Queue[Any], written: Counter) -> int:
        """Some rows of a queue; how many."""
        rows = queue.take(MOST_ROWS) if self.link.up else []
        if not rows:
            return 0
        try:
            with span(f"write {table}", count=len(rows)):
                self.link.insert(table, [as_row(row) for row in rows])
            written.inc(len(rows))
        except AwayError:
            queue.put_back(rows)
            return 0
        except RowsError as error:
            logger.error("%d %s dropped: %s", len(rows), table, error.kind)
            queue.dropped.inc(len(rows))
        if len(rows) == MOST_ROWS:
            self.wake.set()
        return len(rows)

    def drain_journal(self) -> None:
        """Take to the database what the journal holds."""
        try:
            if self.link.up and (count := self.journal.drain(self.insert_payloads)):
                metrics.drained.inc(count)
                logger.info("%d feedback taken from the journal to the database", count)
        except AwayError:
            pass
        except OSError as error:
            logger.error("journal: %s", error)
        else:
            self.measure_journal()

    def measure_journal(self) -> None:
        """Tell how much is in it; it is made where it is not there."""
        try:
            metrics.journal_bytes.set(self.journal.measure())
        except OSError as error:
            logger.error("journal: %s", error)

    def insert_payloads(self, payloads: list[bytes]) -> None:
        """Records of the journal as rows; one that is there already, since a kill came in between, stays as it is."""
        rows = [orjson.loads(payload) for payload in payloads]
        for start in range(0, len(rows), MOST_ROWS):
            part = rows[start : start + MOST_ROWS]
            self.link.insert("feedback", [row | {"given": datetime.fromisoformat(row["given"])} for row in part])

    def count_verdicts(self) -> None:
        """Say of feedback what it said of the suggestions, now that both are written."""
        try:
            self.verdicts.settle(self.link.store, all_written=not self.queue)
        except AwayError as error:
            self.link.note_away(str(error))

    def drop_texts(self) -> None:
        """Forget the texts that are too old, a part in each round."""
        if time.monotonic() < self.drop_at or not self.link.up:
            return
        before = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=self.keep_days)
        try:
            count = self.link.drop_texts(before)
        except AwayError:
            return
        metrics.texts_dropped.inc(count)
        least, most = SECONDS_BETWEEN_DROPS
        self.drop_at = time.monotonic() + (0 if count else min(max(least, self.keep_days * 86_400), most))


def as_row(waiting: Prediction | Shadow) -> Row:
    """A prediction as the table has it."""
    return waiting._asdict() | {"asked": datetime.fromtimestamp(waiting.asked, UTC).replace(tzinfo=None)}
