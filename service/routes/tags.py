"""POST /v1/tags and /v1/tags/batch: tags for a question, or for several."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response

from service import metrics, schemas
from service.answers.model import make_answer, read_html
from service.doors.door import charge
from service.replies import reply
from service.routes.failures import BODY_FAILURES
from service.routes.feedback import identify
from service.routes.reading import JsonRoute
from service.state.queue import Prediction
from service.telemetry.spans import span
from service.versions.lineup import Serving
from service.versions.shadow import Asked

router = APIRouter(route_class=JsonRoute, prefix="/v1/tags", tags=["tags"], responses=BODY_FAILURES)


class Turn(NamedTuple):
    """Who asks, as a digest, who answers, and who is asked besides."""

    caller: str
    serving: Serving
    shadow: Serving | None


@router.post("", response_model=schemas.Answer)
async def suggest_tags(request: Request, question: schemas.SingleQuestion) -> Response:
    """The likeliest tags of a question. `prediction_id` is what feedback refers to."""
    with taking_turn(request, question.caller) as turn:
        made = await answer(request.app.state, turn, question)
        if question.why:
            explainer = turn.serving.explainer
            made |= {"tags": await explainer.explain(question.title, read_html(question), made["tags"])}
    return reply(made)


@router.post("/batch", response_model=schemas.Answers)
async def suggest_batch(request: Request, asked: schemas.Questions) -> Response:
    """The same for up to 32 questions, in their order."""
    charge(request, len(asked.questions))
    answers = []
    with taking_turn(request, asked.caller) as turn:
        for question in asked.questions:
            answers.append(await answer(request.app.state, turn, question))
            # Others take their turn in between.
            await asyncio.sleep(0)
    return reply({"answers": answers})


@contextmanager
def taking_turn(request: Request, given: str | None) -> Iterator[Turn]:
    """The caller's version, kept as it is until the answer is made."""
    caller = identify(request, given)
    serving, shadow = request.app.state.versions.lineup.choose(caller)
    request.state.version = serving.served.version
    with serving.taken():
        yield Turn(caller, serving, shadow)


async def answer(state: Any, turn: Turn, question: schemas.Question) -> dict[str, Any]:
    """Score one question and leave the prediction to the writer where it is to be kept."""
    body = read_html(question)
    served = turn.serving.served
    with span("score"):
        scores = await turn.serving.scorer.score(question.title, body)
    made = make_answer(served, scores, question.top)
    if not question.keep:
        return made
    served.quality.observe(question.title, body, scores)
    title, text = (question.title, body) if state.settings.keep_days else (None, None)
    prediction_id = made["prediction_id"]
    row = Prediction(prediction_id, time.time(), served.version, title, text, made["tags"], turn.caller)
    metrics.predictions.labels(served.version).inc()
    with span("enqueue"):
        state.writer.queue.put(row)
    if turn.shadow:
        state.asker.put(Asked(turn.shadow.served, question.title, body, question.top, prediction_id))
    return made
