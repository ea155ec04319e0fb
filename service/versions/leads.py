"""How far a challenger is ahead of the champion, as a figure of Prometheus: what an alarm can be raised of."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from service import metrics
from service.versions.plan import Plan

LOCK = "leads.lock"
UNKNOWN = dict.fromkeys(metrics.BOUNDS, 0.0)


class Leads:
    """`version` is the challenger that was told of last, empty where there is none. One thread uses it."""

    def __init__(self, state: Path) -> None:
        self.state, self.version = state, ""
        self.lock: int | None = None
        # A series that begins with its first value is seen too late.
        set_lead(self.version, UNKNOWN)

    def take(self) -> bool:
        """Whether it is this worker that tells, until it ends: a comparison may take a second, and one is enough."""
        if self.lock is None:
            with suppress(OSError):
                descriptor = os.open(self.state / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.lock = descriptor
                except BlockingIOError:
                    os.close(descriptor)
        return self.lock is not None

    def close(self) -> None:
        """Let another one tell."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def tell(self, plan: Plan, told: dict[str, Any] | None) -> None:
        """What a comparison says, where this worker tells; `told` is None while the database is away."""
        if self.lock is None:
            return
        version = plan.challenger.version if plan.challenger else ""
        if version != self.version:
            # Workers share their figures, of which none can be removed.
            set_lead(self.version, UNKNOWN)
        set_lead(version, find_lead(told))
        self.version = version


def find_lead(told: dict[str, Any] | None) -> dict[str, float]:
    """The difference of the scores and its interval; zeros without a challenger, or with too few callers."""
    verdict = told["verdict"] if told else None
    (score,) = [row for row in verdict["differences"] if row["measure"] == "score"] if verdict else [{"low": None}]
    if score["low"] is None:
        return UNKNOWN
    return {"low": score["low"], "mean": score["change"], "high": score["high"]}


def set_lead(version: str, lead: dict[str, float]) -> None:
    for bound, value in lead.items():
        metrics.lead.labels(version, bound).set(value)
