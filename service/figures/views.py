"""What GET /v1/operator answers: figures of the service and of its model, never the text of a question."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from service.versions.views import VersionsView


class RouteFigures(BaseModel):
    """A route in the last minutes: `refused` are 4xx, `failed` 5xx; `total` counts from the start."""

    route: str
    requests: int
    per_second: float
    refused: int
    failed: int
    p50_ms: float | None
    p99_ms: float | None
    total: int


class Now(BaseModel):
    """What waits for the database, and what was lost or refused since the start; all workers together."""

    waiting: int
    dropped: int
    refused: int
    journal_bytes: int


class ServedModel(BaseModel):
    """A model that a worker serves."""

    version: str
    sha256: str


class TrafficView(BaseModel):
    """The last `seconds`, five minutes at most, and what is now."""

    seconds: int
    routes: list[RouteFigures]
    now: Now
    models: list[ServedModel]


class Hour(BaseModel):
    """Rows of an hour in the database, 100,000 of each at most."""

    hour: datetime
    predictions: int
    feedback: int


class Kinds(BaseModel):
    """Feedback of the last 24 hours."""

    up: int
    down: int
    corrections: int


class Said(BaseModel):
    """One feedback: what was suggested (nothing where that is not known), and the tags of a correction."""

    given: datetime
    kind: Literal["up", "down", "correction"]
    tags: list[str]
    version: str | None
    suggested: list[str]


class Kept(BaseModel):
    """What the database holds of the last day."""

    hours: list[Hour]
    kinds: Kinds
    recent: list[Said]


class Month(BaseModel):
    """A followed month: verdict and micro-F1 with its interval of 95%."""

    month: str
    verdict: str
    f1_micro: float | None
    low: float | None
    high: float | None


class DriftView(BaseModel):
    """The latest month in words; `open`: changes of months before that last."""

    month: str
    verdict: str
    reasons: list[str]
    actions: list[str]
    open: list[str]
    months: list[Month]


class OverviewView(BaseModel):
    """`kept` and `versions` are null while the database is away, `drift` where no month was followed."""

    at: datetime
    traffic: TrafficView
    kept: Kept | None
    drift: DriftView | None
    versions: VersionsView | None
