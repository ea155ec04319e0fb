"""POST /v1/tags and /v1/tags/batch: tags for a question, or for several."""

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request, Response

from service import schemas
from service.doors.door import charge
from service.model import make_answer, read_html
from service.reading import JsonRoute
from service.replies import reply
from service.routes.failures import BODY_FAILURES
from service.state.queue import Prediction
from service.telemetry.spans import span

router = APIRouter(route_class=JsonRoute, prefix="/v1/tags", tags=["tags"], responses=BODY_FAILURES)


@router.post("", response_model=schemas.Answer)
async def suggest_tags(request: Request, question: schemas.SingleQuestion) -> Response:
    """The likeliest tags of a question. `prediction_id` is what feedback refers to."""
    made = await answer(request, question)
    if question.why:
        made |= {"tags": await request.app.state.explainer.explain(question.title, read_html(question), made["tags"])}
    return reply(made)


@router.post("/batch", response_model=schemas.Answers)
async def suggest_batch(request: Request, asked: schemas.Questions) -> Response:
    """The same for up to 32 questions, in their order."""
    charge(request, len(asked.questions))
    answers = []
    for question in asked.questions:
        answers.append(await answer(request, question))
        # Others take their turn in between.
        await asyncio.sleep(0)
    return reply({"answers": answers})


async def answer(request: Request, question: schemas.Question) -> dict[str, Any]:
    """Score one question and leave the prediction to the writer where it is to be kept."""
    state = request.app.state
    request.state.version = state.served.version
    body = read_html(question)
    with span("score"):
        scores = await state.scorer.score(question.title, body)
    made = make_answer(state.served, scores, question.top)
    if not question.keep:
        return made
    state.served.quality.observe(question.title, body, scores)
    title, text = (question.title, body) if state.settings.keep_days else (None, None)
    row = Prediction(made["prediction_id"], time.time(), made["version"], title, text, made["tags"])
    with span("enqueue"):
        state.writer.queue.put(row)
    return made
