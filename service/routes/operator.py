"""GET /v1/operator and /v1/versions: how the service and its models are doing."""

from fastapi import APIRouter, Request, Response

from service.errors import RefusedError
from service.figures.views import OverviewView
from service.replies import reply
from service.schemas import Failure
from service.versions.views import VersionsView

router = APIRouter(prefix="/v1", tags=["about"])


@router.get("/operator", response_model=OverviewView)
async def describe_service(request: Request) -> Response:
    """Traffic of all workers, feedback, drift: what the page /operator shows. It has no text of a question."""
    return reply(await request.app.state.overview.tell())


@router.get("/versions", response_model=VersionsView, responses={503: {"model": Failure}})
async def compare_versions(request: Request) -> Response:
    """By version, what callers say of its answers, and whether the challenger is better than the champion."""
    told = await request.app.state.overview.tell_versions()
    if told is None:
        raise RefusedError(503, "the database is away: what it holds is not known", retry_after="5")
    return reply(told)
