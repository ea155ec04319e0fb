"""What GET /v1/versions answers: figures of each version, and whether the challenger is better."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel


class VersionFigures(BaseModel):
    """A version that was asked: its role (none: it has none any more), and what was said of its answers.

    `with_feedback`: share of the questions. `f1`: suggested tags against corrected ones, the mean. `negative`: share of
    feedback that is a rating down or a correction that takes a suggested tag away. `score`: mean of 1 for a rating up,
    0 for one down, a correction's F1.
    """

    version: str
    role: Literal["champion", "challenger", "previous"] | None
    questions: int
    callers: int
    with_feedback: float | None
    corrections: int
    up: int
    down: int
    f1: float | None
    negative: float | None
    score: float | None


class Difference(BaseModel):
    """A measure of champion and challenger, and its change with an interval of 95% (null: too few callers)."""

    measure: Literal["score", "f1", "negative"]
    champion: float | None
    challenger: float | None
    change: float | None
    low: float | None
    high: float | None
    callers: tuple[int, int]
    votes: tuple[int, int]


class Verdict(BaseModel):
    """On the challenger, by the score; `missing`: about so many more votes may tell."""

    verdict: Literal["better", "worse", "cannot be told yet"]
    says: str
    missing: int | None
    differences: list[Difference]


class VersionsView(BaseModel):
    """Since the challenger came, or in the last 7 days; 100,000 questions and 20,000 votes at most, the latest."""

    since: datetime
    share: float
    shadow: bool
    versions: list[VersionFigures]
    verdict: Verdict | None
