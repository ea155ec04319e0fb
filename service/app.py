"""The application: routes, errors, and what lives as long as it does."""

import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import State

from service import metrics
from service.checks import make_folder, open_ring
from service.counter import Counter
from service.doors.entrance import Guarded, add_doors
from service.errors import handle_errors
from service.figures.overview import Overview
from service.routes import about, feedback, operator, pages, tags
from service.settings import Settings, read_settings
from service.state.files import read_secret
from service.state.journal import Journal
from service.state.queue import Prediction, Queue
from service.state.store import Store
from service.state.trouble import Trouble
from service.state.verdicts import Verdicts
from service.state.writer import Writer
from service.telemetry.start import telemetry
from service.telemetry.tell import Teller
from service.versions.following import Versions
from service.versions.shadow import Asker
from service.watch import Watch

ABOUT = """Suggests tags for questions, and takes corrections from which the next model learns.

Every failure is answered with `{"error": "..."}`, in one line."""

# FastAPI's own telemetry tells paths, query strings and what exceptions say, which may be what somebody typed.
UNTOLD: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application with its model; settings come from the environment where none are given. Raises TaggerError."""
    settings = settings or read_settings()
    # FastAPI's own pages of the document load scripts from elsewhere; a redirect would repeat the Host that was sent.
    app = Guarded(
        title="Tags for questions",
        version="1",
        description=ABOUT,
        lifespan=live,
        telemetry=UNTOLD,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    load_state(app.state, settings)
    for router in (tags.router, feedback.router, about.router, operator.router):
        app.include_router(router)
    app.include_router(pages.router, include_in_schema=False)
    add_doors(app)
    routes = list(app.openapi()["paths"])
    app.add_middleware(
        Watch,
        routes=routes,
        counter=Counter(routes, app.state.trouble),
        teller=Teller(settings.access_log),
    )
    handle_errors(app)
    return app


def load_state(state: State, settings: Settings) -> None:
    """What routes find in app.state. Raises TaggerError."""
    state.ring = open_ring(settings)
    make_folder(settings.state)
    given = settings.secret
    state.settings = settings
    state.secret = given.get_secret_value().encode() if given else read_secret(settings.state / "secret")
    state.versions = Versions(settings)
    state.overview = Overview(settings)
    journal = Journal(settings.state / "feedback.journal", settings.journal_mb << 20)
    state.trouble = Trouble(settings.state / "trouble", settings.trouble_seconds)
    store, queue, verdicts = Store(settings.url), Queue[Prediction](settings.queue), Verdicts(state.trouble)
    state.writer = Writer(store, journal, queue, settings.keep_days, verdicts)
    state.asker = Asker(state.writer.shadows)


@asynccontextmanager
async def live(app: FastAPI) -> AsyncIterator[None]:
    """Start the writer; at the end write, and send, what waits."""
    state = app.state
    metrics.forget_dead()
    state.versions.start()
    asked = {"tagger_troubled_calls": lambda: float(state.trouble.count(time.time()))}
    with telemetry(state.versions.lineup.champion.served.version, state.settings.state, asked):
        state.writer.start()
        state.asker.start()
        state.overview.start()
        # What is there now stays: the collector need not look at it again during requests.
        gc.collect()
        gc.freeze()
        yield
        state.overview.close()
        state.asker.stop()
        state.writer.stop()
    state.versions.close()
    state.trouble.close()
