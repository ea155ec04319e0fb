"""The database as the writer sees it: there, or away since some time and told of once."""

import logging
from datetime import datetime
from typing import Any

from service import metrics
from service.state.store import AwayError, Store

Row = dict[str, Any]
MOST_ROWS = 200  # in one transaction, so that feedback does not wait long behind it
logger = logging.getLogger("service.writer")


class Link:
    """`away` says why the database is away, and is empty while it is there."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.away = ""

    @property
    def up(self) -> bool:
        """Whether a try is worth it."""
        return self.store.up

    def insert(self, table: str, rows: list[Row]) -> None:
        """Write rows unless the database was away a moment ago. Raises AwayError, RowsError."""
        if not self.up:
            raise AwayError(self.away)
        try:
            self.store.insert(table, rows)
        except AwayError as error:
            self.note_away(str(error))
            raise
        self.note_up()

    def note_up(self) -> None:
        """The database took something; say so where it was away."""
        if self.away:
            logger.info("the database is back")
        self.away = ""
        metrics.database_up.set(1)

    def note_away(self, reason: str) -> None:
        """Say once that the database is away."""
        if not self.away:
            logger.error("the database is away, feedback goes to the journal: %s", reason)
        self.away = reason
        metrics.database_up.set(0)

    def drop_texts(self, before: datetime) -> int:
        """Forget the texts of some questions asked before a time; how many. Raises AwayError."""
        try:
            count = self.store.drop_texts(before)
        except AwayError as error:
            self.note_away(str(error))
            raise
        self.note_up()
        return count
