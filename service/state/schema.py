"""Brings a database to the newest migration; looks first, since Alembic takes a third of a second to import."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent.parent / "migrations"
# One process at a time migrates. PostgreSQL's lock is any number; SQLite would run DDL outside of a transaction.
LOCKS = {"postgresql": "SELECT pg_advisory_xact_lock(7420171)", "sqlite": "BEGIN IMMEDIATE"}


def upgrade(engine: "Engine") -> None:
    """Run the migrations that are missing, in one transaction."""
    with engine.begin() as connection:
        # Newer than this code knows is well: migrations add, and code that is rolled back goes on.
        if (read_revision(connection) or "") >= find_head():
            return
        connection.exec_driver_sql(LOCKS[connection.dialect.name])
        migrate(connection)


def read_revision(connection: "Connection") -> str | None:
    """The migration that a database is at."""
    from sqlalchemy import inspect

    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return revision


def find_head() -> str:
    """The newest migration: their files are numbered."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def migrate(connection: "Connection") -> None:
    """`alembic upgrade head` over a connection."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, "head")
