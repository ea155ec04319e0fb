"""POST /v1/feedback: what people say of a prediction, acknowledged once it cannot be lost."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from service import metrics, schemas
from service.ids import make_id, mark_version, read_mark
from service.reading import JsonRoute
from service.replies import reply
from service.routes.failures import BODY_FAILURES, Failures
from service.state.files import digest_caller
from service.telemetry.spans import span

FAILURES: Failures = {503: {"model": schemas.Failure, "description": "Neither database nor journal can keep it"}}
router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["feedback"], responses=BODY_FAILURES | FAILURES)


@router.post("/feedback", status_code=201, response_model=schemas.Receipt)
async def give_feedback(request: Request, said: schemas.Feedback) -> Response:
    """The right tags of a question, or a rating of the suggested ones. 201: it is on disk and will not be lost."""
    state = request.app.state
    row = {
        "id": make_id(),
        "prediction_id": said.prediction_id,
        "given": datetime.now(UTC).replace(tzinfo=None),
        "caller": digest_caller(state.secret, name_caller(request, said.caller)),
        "tags": list(dict.fromkeys(said.tags)) if isinstance(said, schemas.Correction) else None,
        "rating": said.rating if isinstance(said, schemas.Rating) else None,
    }
    request.state.caller = row["caller"]
    with span("keep"):
        stored = await state.writer.keep(row)
    rating = row["rating"] or "correction"
    metrics.feedback.labels(stored, rating, find_version(state, said.prediction_id)).inc()
    return reply({"feedback_id": row["id"], "stored": stored}, 201)


def find_version(state: Any, prediction_id: str) -> str:
    """Which of the versions that are served answered; "unknown" where it is none of them."""
    version: str = state.served.version
    return version if read_mark(prediction_id) == mark_version(version) else "unknown"


def name_caller(request: Request, given: str | None) -> str:
    """Who says it: the key, where there is one, and the name given, where such are trusted; else the address."""
    key = request.state.guest.key
    names = [f"key {key.name}"] if key else []
    if given and request.app.state.settings.trust_callers:
        names.append(f"name {given}")
    return " ".join(names) or f"address {request.client.host if request.client else ''}"
