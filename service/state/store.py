"""The database: rows are written in one transaction, or AwayError says that it is not there."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.state.engines import find_file, open_server, open_sqlite
from service.state.files import locking
from service.state.schema import upgrade
from tagger.errors import TaggerError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

Rows = Sequence[Mapping[str, Any]]
SECONDS_BETWEEN_TRIES = 1.0
# One transaction drops the texts of so many predictions: feedback waits behind it.
TEXTS_AT_ONCE = 500


class AwayError(TaggerError):
    """The database does not take rows now."""


class Store:
    """Writes to the database that a URL names; one thread uses it. It connects, and migrates, when needed."""

    def __init__(self, url: str, known: bool = False) -> None:
        self.url = url
        self.engine: Engine | None = None
        self.file: tuple[Path, int] | None = None
        self.known = known  # whether SQLite's file was there before
        self.retry_at = 0.0

    @property
    def up(self) -> bool:
        """Whether a try is worth it: after a failure, not for a second."""
        return time.monotonic() >= self.retry_at

    def insert(self, table: str, rows: Rows) -> None:
        """Write rows; those that are there already stay as they are. Raises AwayError, RowsError."""
        from service.state import tables

        def run(connection: "Connection") -> None:
            from sqlalchemy.dialects import postgresql, sqlite

            dialect = {"postgresql": postgresql, "sqlite": sqlite}[connection.dialect.name]
            connection.execute(dialect.insert(tables.metadata.tables[table]).on_conflict_do_nothing(), list(rows))

        self.transact(run)

    def drop_texts(self, before: datetime) -> int:
        """Forget the texts of some questions asked before a time; how many. Raises AwayError."""

        def run(connection: "Connection") -> int:
            from sqlalchemy import select, update

            from service.state.tables import predictions

            old = select(predictions.c.id).where(predictions.c.asked < before, predictions.c.body.is_not(None))
            chosen = old.order_by(predictions.c.asked).limit(TEXTS_AT_ONCE)
            return connection.execute(
                update(predictions).where(predictions.c.id.in_(chosen)).values(title=None, body=None)
            ).rowcount

        return int(self.transact(run))

    def transact(self, run: Callable[["Connection"], Any]) -> Any:
        """Run statements in one transaction that is on disk when this returns. Raises AwayError, RowsError."""
        from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

        try:
            with self.connect().begin() as connection:
                return run(connection)
        except (DataError, IntegrityError) as error:
            raise RowsError(tell(error), name_error(error)) from error
        except (SQLAlchemyError, OSError) as error:
            raise self.leave(error) from error

    def connect(self) -> "Engine":
        """The engine, its schema as this code wants it."""
        if self.engine is None or self.is_moved():
            self.close()
            path = find_file(self.url)
            self.engine = open_server(self.url) if path is None else self.open_file(path)
        return self.engine

    def open_file(self, path: Path) -> "Engine":
        """SQLite's file, made where there never was one: beside one that is only away, a new one would be its end."""
        with locking(path.with_suffix(".lock")) as lock:
            self.known = self.known or os.fstat(lock).st_size > 0
            engine = open_sqlite(path, "rw" if self.known else "rwc")
            # Alone, since two at once cannot switch SQLite to its write-ahead log.
            upgrade(engine)
            if not self.known:
                os.write(lock, b"made\n")
        self.known, self.file = True, (path, path.stat().st_ino)
        return engine

    def is_moved(self) -> bool:
        """Whether SQLite's file is no longer the one that is open: what is written to it would be lost."""
        if self.file is None:
            return False
        path, inode = self.file
        return not path.exists() or path.stat().st_ino != inode

    def leave(self, error: Exception) -> AwayError:
        """Close all connections, try again in a while."""
        self.close()
        self.retry_at = time.monotonic() + SECONDS_BETWEEN_TRIES
        return AwayError(tell(error))

    def close(self) -> None:
        """Close all connections."""
        if self.engine is not None:
            self.engine.dispose()
            self.engine = None


class RowsError(TaggerError):
    """The database is there and refuses these rows; `kind` says why without what stands in them."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


def tell(error: Exception) -> str:
    """The first line of what a driver says, without the statement and its values."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def name_error(error: Exception) -> str:
    """A driver's error by its class and code."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__
