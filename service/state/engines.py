"""Connections to a database: SQLite's file or a PostgreSQL server, which is never waited for long."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.state.schema import upgrade

if TYPE_CHECKING:
    from sqlalchemy import Engine

SECONDS_TO_WAIT = 2  # for a connection, a lock, a statement


def find_file(url: str) -> Path | None:
    """The file that a URL of SQLite names."""
    from sqlalchemy import make_url

    address = make_url(url)
    return Path(str(address.database)).absolute() if address.get_backend_name() == "sqlite" else None


def open_known(url: str) -> "Engine":
    """A database that is there, for others than the service: no file is made. Raises SQLAlchemyError."""
    path = find_file(url)
    return open_server(url) if path is None else open_sqlite(path, "rw")


def open_server(url: str) -> "Engine":
    """PostgreSQL. Raises SQLAlchemyError."""
    from sqlalchemy import create_engine

    waits: dict[str, Any] = {"connect_timeout": SECONDS_TO_WAIT, "tcp_user_timeout": SECONDS_TO_WAIT * 1000}
    waits["options"] = f"-c statement_timeout={SECONDS_TO_WAIT * 1000}"
    engine = create_engine(url, pool_pre_ping=True, connect_args=waits, json_serializer=serialize, pool_size=1)
    upgrade(engine)
    return engine


def open_sqlite(path: Path, mode: str) -> "Engine":
    """A file, `rwc` to make it."""
    from sqlalchemy import URL, create_engine, event

    address = URL.create("sqlite", database=f"file:{path}", query={"mode": mode, "uri": "true"})
    waits = {"timeout": SECONDS_TO_WAIT}
    engine = create_engine(address, connect_args=waits, json_serializer=serialize, pool_size=1)
    event.listen(engine, "connect", prepare_sqlite)
    return engine


def serialize(value: Any) -> str:
    """JSON."""
    import orjson

    return orjson.dumps(value).decode()


def prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ARG001
    """Readers and a writer at once; a commit is on the disk; what is dropped is overwritten."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
