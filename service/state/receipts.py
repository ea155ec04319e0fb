"""Feedback on its way, and the requests that wait for word of it in a thread of their own."""

import asyncio
from typing import Any, NamedTuple


class Waiting(NamedTuple):
    """Feedback, and the future of the request that waits for it."""

    row: dict[str, Any]
    future: asyncio.Future[str]


def settle(waiting: list[Waiting], outcome: str | Exception) -> None:
    """Wake the requests that wait, in their own thread."""
    for entry in waiting:
        try:
            entry.future.get_loop().call_soon_threadsafe(finish, entry.future, outcome)
        except RuntimeError:
            # The loop has ended, and nobody waits any more.
            continue


def finish(future: asyncio.Future[str], outcome: str | Exception) -> None:
    """Unless the client has gone."""
    if future.done():
        return
    if isinstance(outcome, str):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)
