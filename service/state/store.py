"""The database: rows are written in one transaction, or AwayError says that it is not there."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.state.files import locking
from service.state.schema import upgrade
from tagger.errors import TaggerError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

Rows = Sequence[Mapping[str, Any]]
SECONDS_TO_WAIT = 2  # for a connection, a lock, a statement
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
        self.known = known  # whether the schema was seen: an SQLite file that goes later is not made anew
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
            raise RowsError(tell(error)) from error
        except (SQLAlchemyError, OSError) as error:
            raise self.leave(error) from error

    def connect(self) -> "Engine":
        """The engine, its schema as this code wants it."""
        if self.engine is None or self.is_moved():
            self.close()
            engine, self.file = open_engine(self.url, self.known)
            # Two at once cannot switch SQLite to its write-ahead log, and SQLite would not wait.
            with locking(self.file[0].with_suffix(".lock")) if self.file else nullcontext():
                upgrade(engine)
            self.engine, self.known = engine, True
            self.file = self.file and (self.file[0], self.file[0].stat().st_ino)
        return self.engine

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
    """The database is there and refuses these rows."""


def tell(error: Exception) -> str:
    """The first line of what a driver says, without the statement and its values."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def open_engine(url: str, known: bool) -> tuple["Engine", tuple[Path, int] | None]:
    """An engine, and SQLite's file where it is one. Raises SQLAlchemyError, OSError."""
    import orjson
    from sqlalchemy import create_engine, event, make_url

    address = make_url(url)
    options: dict[str, Any] = {"json_serializer": lambda value: orjson.dumps(value).decode(), "pool_size": 1}
    if address.get_backend_name() != "sqlite":
        waits = {"connect_timeout": SECONDS_TO_WAIT, "tcp_user_timeout": SECONDS_TO_WAIT * 1000}
        waits["options"] = f"-c statement_timeout={SECONDS_TO_WAIT * 1000}"  # type: ignore[assignment]
        return create_engine(address, pool_pre_ping=True, connect_args=waits, **options), None
    engine = create_engine(name_file(address, known), connect_args={"timeout": SECONDS_TO_WAIT}, **options)
    event.listen(engine, "connect", prepare_sqlite)
    return engine, (Path(str(address.database)), 0)


def name_file(address: "URL", known: bool) -> "URL":
    """An SQLite URL that makes the file only where there never was one."""
    path = Path(str(address.database)).absolute()
    if not known:
        path.parent.mkdir(parents=True, exist_ok=True)
    return address.set(database=f"file:{path}", query={"mode": "rw" if known else "rwc", "uri": "true"})


def prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ARG001
    """Readers and a writer at once; a commit is on the disk; what is dropped is overwritten."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
