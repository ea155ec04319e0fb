"""Puts the doors around an application: envelope, other sites' pages, keys, rates."""

import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from service import metrics
from service.doors.door import Door, Limits
from service.doors.envelope import Envelope
from service.doors.rates import Rates, open_table
from service.doors.roles import document_doors
from service.settings import Settings
from tagger.errors import DataError

# Numbers of 8 bytes: half a megabyte for keys, four for addresses.
SIZES = {"keys": 1 << 16, "addresses": 1 << 19}


class Guarded(FastAPI):
    """FastAPI whose document tells of the door, and whose every answer goes out in an envelope."""

    documented: bool | None = None

    def openapi(self) -> dict[str, Any]:
        # Anew where the first key has come.
        if self.documented != self.state.ring.closed:
            self.documented, self.openapi_schema = self.state.ring.closed, None
            document_doors(super().openapi(), self.documented)
        return super().openapi()

    def build_middleware_stack(self) -> ASGIApp:
        # What answers failures of ours is outside of all middleware that is added.
        return Envelope(super().build_middleware_stack(), self.state.settings.hsts)


def add_doors(app: FastAPI) -> None:
    """The door around the routes; around it what answers pages of other sites, where some are let in."""
    state = app.state
    app.add_middleware(Door, settings=state.settings, ring=state.ring, limits=make_limits(state.settings, state.secret))
    if state.settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=state.settings.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
            expose_headers=["Retry-After", "X-Request-ID"],
        )


def make_limits(settings: Settings, secret: bytes) -> Limits | None:
    """Tables that workers share where they share their figures; None for no limit. Raises DataError."""
    if not settings.tokens:
        return None
    folder = Path(os.environ[metrics.FOLDER]) if metrics.FOLDER in os.environ else None
    try:
        tables = [open_table(folder, f"{name}.rates", size) for name, size in SIZES.items()]
    except OSError as error:
        raise DataError(f"{folder} has no room ({error.strerror}): make some, or set TAGGER_RATE=0") from error
    return Limits(*(Rates(settings.tokens, settings.burst, secret, table) for table in tables))
