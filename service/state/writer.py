"""The one thread of a worker that writes: predictions when it is their turn, feedback before it is acknowledged."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import Counter

from service import metrics
from service.state.journal import Journal
from service.state.keeper import Keeper
from service.state.link import MOST_ROWS, Link, Row
from service.state.queue import Prediction, Queue, Shadow
from service.state.store import AwayError, RowsError, Store
from service.state.verdicts import Verdicts
from service.telemetry.spans import span

INTERVAL = 0.1  # seconds
MOST_SHADOWS = 1000  # may wait
SECONDS_BETWEEN_DROPS = (1.0, 600.0)  # by how long texts are kept
SECONDS_TO_STOP = 10.0
logger = logging.getLogger("service.writer")


class Writer(threading.Thread):
    """Alone speaks to store and journal; everything else only puts something into a queue or awaits `keep`."""

    def __init__(
        self, store: Store, journal: Journal, queue: Queue[Prediction], keep_days: float, verdicts: Verdicts
    ) -> None:
        super().__init__(name="writer", daemon=True)
        self.link = Link(store)
        self.keeper = Keeper(self.link, journal, verdicts)
        self.queue = queue
        self.shadows: Queue[Shadow] = Queue(MOST_SHADOWS, metrics.shadows_dropped)
        self.keep_days = keep_days
        self.wake = threading.Event()
        self.stopping = False
        self.drop_at = 0.0

    async def keep(self, row: Row) -> str:
        """Write feedback; where it is kept, once it is: "database" or "journal". Raises RefusedError."""
        kept = self.keeper.add(row)
        self.wake.set()
        return await kept

    def start(self) -> None:
        """Begin, with the journal at its full size: once the disk is full there is no making it."""
        self.keeper.measure()
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
        self.keeper.journal.close()

    def work(self) -> int:
        """One round; how many predictions were written."""
        try:
            self.keeper.keep()
            count = max(self.write_predictions(), self.write_shadows())
            self.keeper.drain()
            self.keeper.count_verdicts(all_written=not self.queue)
            self.drop_texts()
        except Exception:
            # This thread must outlive a mistake: feedback waits for it.
            logger.exception("writer")
            return 0
        return count

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
