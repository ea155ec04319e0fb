"""The application: routes, errors, and what lives as long as it does."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from service import metrics
from service.errors import handle_errors
from service.model import load_served
from service.routes import about, feedback, tags
from service.scoring import choose_scorer
from service.settings import Settings, read_settings
from service.state.files import make_folder, read_secret
from service.state.journal import Journal
from service.state.queue import Queue
from service.state.store import Store
from service.state.writer import Writer
from service.watch import Watch

ABOUT = """Suggests tags for questions, and takes corrections from which the next model learns.

Every failure is answered with `{"error": "..."}`, in one line."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; settings come from the environment where none are given. Raises TaggerError."""
    app = FastAPI(title="Tags for questions", version="1", description=ABOUT, lifespan=live)
    app.state.settings = settings or read_settings()
    for router in (tags.router, feedback.router, about.router):
        app.include_router(router)
    app.add_middleware(Watch, routes=list(app.openapi()["paths"]))
    handle_errors(app)
    return app


@asynccontextmanager
async def live(app: FastAPI) -> AsyncIterator[None]:
    """Load the model and start the writer; at the end write what waits."""
    state, settings = app.state, app.state.settings
    make_folder(settings.state)
    state.secret = (
        settings.secret.get_secret_value().encode() if settings.secret else read_secret(settings.state / "secret")
    )
    state.served = load_served(settings)
    state.scorer = choose_scorer(state.served.tagger, settings.scoring)
    journal = Journal(settings.state / "feedback.journal", settings.journal_mb << 20)
    state.writer = Writer(Store(settings.url), journal, Queue(settings.queue), settings.keep_days)
    metrics.forget_dead()
    metrics.model.labels(state.served.version, state.served.facts["sha256"]).set(1)
    state.writer.start()
    # What is there now stays: the collector need not look at it again during requests.
    gc.collect()
    gc.freeze()
    yield
    state.writer.stop()
    state.scorer.close()
