"""POST /v1/feedback: what people say of a prediction, acknowledged once it cannot be lost."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from service import metrics, schemas
from service.ids import make_id, read_mark
from service.replies import reply
from service.routes.failures import BODY_FAILURES, Failures
from service.routes.reading import JsonRoute
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
        "caller": identify(request, said.caller),
        "tags": list(dict.fromkeys(said.tags)) if isinstance(said, schemas.Correction) else None,
        "rating": said.rating if isinstance(said, schemas.Rating) else None,
    }
    with span("keep"):
        stored = await state.writer.keep(row)
    rating = row["rating"] or "correction"
    version = state.versions.lineup.versions.get(read_mark(said.prediction_id), "unknown")
    metrics.feedback.labels(stored, rating, version).inc()
    return reply({"feedback_id": row["id"], "stored": stored}, 201)


def identify(request: Request, given: str | None) -> str:
    """A digest of who speaks; the name that is given counts where such names can be trusted."""
    caller = digest_caller(request.app.state.secret, name_caller(request, given))
    request.state.caller = caller
    return caller


def name_caller(request: Request, given: str | None) -> str:
    """Who says it: the key, where there is one, and the name given, where such are trusted; else the address."""
    key = request.state.guest.key
    names = [f"key {key.name}"] if key else []
    if given and request.app.state.settings.trust_callers:
        names.append(f"name {given}")
    return " ".join(names) or f"address {request.client.host if request.client else ''}"
