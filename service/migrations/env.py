"""Alembic's entry: it migrates over the connection that service.state.schema hands it, or over TAGGER_DATABASE."""

from alembic import context
from sqlalchemy import Connection, create_engine

from service.state.tables import metadata


def run(connection: Connection) -> None:
    """Migrate in the caller's transaction, or in one of its own."""
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    from service.settings import read_settings

    with create_engine(read_settings().url).begin() as opened:
        run(opened)
