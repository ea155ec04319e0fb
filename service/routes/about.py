"""What the service says of itself: its model, whether it lives and is ready, its figures."""

import time
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from service import metrics, schemas
from service.replies import reply

router = APIRouter(tags=["about"])


class Health(BaseModel):
    """Alive."""

    status: str


class Readiness(BaseModel):
    """Ready: the model is loaded. While the database is away, questions are answered and feedback is kept.

    `versions` is "behind" where versions.json cannot be followed: what is served is what was, or what is next to it.
    """

    status: str
    version: str
    versions: Literal["followed", "behind"]
    database: str
    queued: int


@router.get("/v1/model", response_model=schemas.ModelFacts)
async def describe_model(request: Request) -> Response:
    """The model that answers, the champion: version, digest, tags, metrics, card."""
    return reply(request.app.state.versions.lineup.champion.served.facts)


@router.get("/healthz", response_model=Health)
async def check_health() -> Response:
    """200 while the process lives."""
    return reply({"status": "ok"})


@router.get("/readyz", response_model=Readiness)
async def check_readiness(request: Request) -> Response:
    """200 once questions are answered."""
    state = request.app.state
    values = {
        "status": "ready",
        "version": state.versions.lineup.champion.served.version,
        "versions": "behind" if state.versions.problem else "followed",
        "database": "away" if state.writer.link.away else "up",
        "queued": len(state.writer.queue),
    }
    return reply(values)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def show_metrics(request: Request) -> Response:
    """All workers' figures, in Prometheus' text format."""
    metrics.troubled.set(request.app.state.trouble.count(time.time()))
    return Response(metrics.render(), media_type=metrics.MEDIA_TYPE)
