"""Keeps feedback in the database, in the journal while that is away, and tells who waits for it which of the two."""

import asyncio
import logging
from collections import deque
from datetime import datetime

import orjson

from service import metrics
from service.errors import RefusedError
from service.state.journal import Journal, JournalError
from service.state.link import MOST_ROWS, Link, Row
from service.state.receipts import Waiting, settle
from service.state.store import AwayError, RowsError
from service.state.verdicts import Verdicts
from service.telemetry.spans import span

logger = logging.getLogger("service.writer")


class Keeper:
    """Owns the journal; the writer's thread does all but `add`."""

    def __init__(self, link: Link, journal: Journal, verdicts: Verdicts) -> None:
        self.link = link
        self.journal = journal
        self.verdicts = verdicts
        self.waiting: deque[Waiting] = deque()

    def add(self, row: Row) -> asyncio.Future[str]:
        """Feedback for the next round; "database" or "journal" once it is kept there, or a RefusedError."""
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.waiting.append(Waiting(row, future))
        return future

    def keep(self) -> None:
        """All that waits now."""
        if waiting := [self.waiting.popleft() for _ in range(len(self.waiting))]:
            self.insert(waiting)

    def insert(self, waiting: list[Waiting]) -> None:
        """Write rows to the database, to the journal where that is away, and wake those who wait."""
        rows = [entry.row for entry in waiting]
        try:
            with span("write feedback", count=len(rows)):
                self.link.insert("feedback", rows)
            settle(waiting, "database")
            self.verdicts.add(rows)
        except AwayError:
            self.append(waiting)
        except RowsError as error:
            if len(waiting) == 1:
                settle(waiting, RefusedError(422, f"the database refuses it: {error}"))
            else:
                for entry in waiting:
                    self.insert([entry])

    def append(self, waiting: list[Waiting]) -> None:
        """To the journal, the way that is left while the database is away."""
        try:
            self.journal.append([orjson.dumps(entry.row) for entry in waiting])
            settle(waiting, "journal")
            self.verdicts.add([entry.row for entry in waiting])
        except JournalError as error:
            logger.error("feedback refused: %s", error)
            metrics.refused.inc(len(waiting))
            settle(waiting, RefusedError(503, "neither database nor journal can keep it: try again", retry_after="5"))

    def drain(self) -> None:
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
            self.measure()

    def insert_payloads(self, payloads: list[bytes]) -> None:
        """Records of the journal as rows; one that is there already, since a kill came in between, stays as it is."""
        rows = [orjson.loads(payload) for payload in payloads]
        for start in range(0, len(rows), MOST_ROWS):
            part = rows[start : start + MOST_ROWS]
            self.link.insert("feedback", [row | {"given": datetime.fromisoformat(row["given"])} for row in part])

    def measure(self) -> None:
        """Tell how much is in the journal, which is made where it is not there."""
        try:
            metrics.journal_bytes.set(self.journal.measure())
        except OSError as error:
            logger.error("journal: %s", error)

    def count_verdicts(self, all_written: bool) -> None:
        """Say what feedback said of the suggestions, once both are written."""
        try:
            self.verdicts.settle(self.link.store, all_written)
        except AwayError as error:
            self.link.note_away(str(error))
