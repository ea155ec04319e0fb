"""The model that is served: its tagger, its version, what is known of it, and answers made of its scores."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from service.answers.markdown import render_markdown
from service.answers.quality import Quality, choose
from service.checks import MANIFEST, check_model
from service.errors import RefusedError
from service.ids import make_id, mark_version
from service.schemas import Question
from tagger.errors import DataError
from tagger.io import read_json
from tagger.tagger import Tagger, find_best

# The parser's time grows with the square of the nesting: 8 ms for so many. Of 25,442 questions none had 250.
MOST_ELEMENTS = 2_000
SHORT = 12


@dataclass(frozen=True)
class Served:
    """`facts` is what GET /v1/model answers."""

    tagger: Tagger
    version: str
    facts: dict[str, Any]
    quality: Quality


def load_served(
    folder: Path, version: str | None = None, metrics: Path | None = None, card: Path | None = None
) -> Served:
    """Read a model's folder, and metrics and card where they are there. Raises TaggerError."""
    check_model(folder)
    tagger = Tagger.load(folder)
    sha256 = read_digest(folder)
    version = version or sha256[:SHORT]
    facts = {
        "version": version,
        "sha256": sha256,
        "model": tagger.settings.model,
        "tags": tagger.tags,
        "metrics": read_json(metrics) if metrics and metrics.is_file() else {},
        "card": card.read_text(encoding="utf-8") if card and card.is_file() else None,
    }
    return Served(tagger, version, facts, Quality(tagger, version))


def read_digest(folder: Path) -> str:
    """What a model's seal says it is. Raises DataError."""
    saved = read_json(folder / MANIFEST)
    if not isinstance(saved, dict) or not isinstance(saved.get("sha256"), str):
        raise DataError(f"{folder / MANIFEST} has no sha256: it is not the description of a model; train it again")
    digest: str = saved["sha256"]
    return digest


def read_html(question: Question) -> str:
    """A question's body as HTML. Raises RefusedError for one that would take long to parse."""
    body = render_markdown(question.body) if question.format == "markdown" else question.body
    if (elements := body.count("<")) > MOST_ELEMENTS:
        raise RefusedError(422, f"body has {elements:,} tags of HTML, at most {MOST_ELEMENTS:,} are taken")
    return body


def make_answer(served: Served, scores: np.ndarray, top: int) -> dict[str, Any]:
    """The `top` likeliest tags of a question, under a new id."""
    tags = choose_tags(served, scores, top)
    return {"prediction_id": make_id(mark_version(served.version)), "version": served.version, "tags": tags}


def choose_tags(served: Served, scores: np.ndarray, top: int) -> list[dict[str, Any]]:
    """The `top` likeliest tags, the likeliest first."""
    best = find_best(scores, top)
    suggested = choose(served.tagger.rule, scores)[best]
    rows = zip(best.tolist(), scores[best].tolist(), suggested.tolist(), strict=True)
    tags = served.tagger.tags
    return [{"tag": tags[tag], "probability": score, "suggested": chosen} for tag, score, chosen in rows]
