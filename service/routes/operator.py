"""GET /v1/operator: how the service and its model are doing."""

from fastapi import APIRouter, Request, Response

from service.replies import reply
from service.views import OverviewView

router = APIRouter(prefix="/v1", tags=["about"])


@router.get("/operator", response_model=OverviewView)
async def describe_service(request: Request) -> Response:
    """Traffic of all workers, feedback, drift: what the page /operator shows. It has no text of a question."""
    return reply(await request.app.state.overview.tell())
