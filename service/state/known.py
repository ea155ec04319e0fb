"""Reads a database that is there, for others than the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tagger.errors import DataError

if TYPE_CHECKING:
    from sqlalchemy import Connection


@contextmanager
def reading(url: str) -> Iterator["Connection"]:
    """A connection until the block ends. Raises DataError where the database cannot be read."""
    from sqlalchemy.exc import SQLAlchemyError

    from service.state.engines import open_known
    from service.state.store import tell

    try:
        engine = open_known(url)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
    except (SQLAlchemyError, OSError) as error:
        raise DataError(
            f"the service's database cannot be read ({tell(error)}): set TAGGER_DATABASE or TAGGER_STATE as the "
            "service has them, or start it once"
        ) from error
