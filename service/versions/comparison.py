"""Versions side by side: how much each was asked, what was said of it, and whether the challenger is better."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from service.state.store import AwayError, Store
from service.versions.plan import Plan, Version, name_champion
from service.versions.verdict import compare
from service.versions.votes import Asked, Votes, count_asked, read_votes

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Without a challenger, the versions of so many days are told.
DAYS = 7


class Comparison:
    """Asks a database on a connection of its own; one thread uses it."""

    def __init__(self, url: str) -> None:
        self.store = Store(url, known=True)

    def read(self, plan: Plan, started: Version | None) -> dict[str, Any] | None:
        """What GET /v1/versions answers; None while the database is away."""
        if not self.store.up:
            return None
        since = plan.since or datetime.now(UTC) - timedelta(days=DAYS)
        shadow = plan.challenger.version if plan.challenger and plan.shadow else None

        def run(connection: "Connection") -> tuple[dict[str, Asked], Votes]:
            moment = since.astimezone(UTC).replace(tzinfo=None)
            return count_asked(connection, moment), read_votes(connection, moment, shadow)

        try:
            asked, votes = self.store.transact(run)
        except AwayError:
            return None
        return tell(name_champion(plan, started), since, asked, votes)

    def close(self) -> None:
        self.store.close()


def tell(plan: Plan, since: datetime, asked: dict[str, Asked], votes: Votes) -> dict[str, Any]:
    """Roles, a row for each version, and the verdict on the challenger."""
    roles = name_roles(plan)
    names = [*roles, *sorted({*asked, *votes.versions} - set(roles))]
    return {
        "since": since.astimezone(UTC).isoformat(timespec="seconds"),
        "share": plan.share,
        "shadow": plan.shadow,
        "versions": [
            {"version": name, "role": roles.get(name)} | describe(asked.get(name, Asked(0, 0)), votes.on(name))
            for name in names
        ],
        "verdict": compare(plan, votes),
    }


def name_roles(plan: Plan) -> dict[str, str]:
    """The versions of a plan, the champion first."""
    roles: dict[str, str] = {}
    for role in ("champion", "challenger", "previous"):
        if version := getattr(plan, role):
            roles.setdefault(version.version, role)
    return roles


def describe(asked: Asked, votes: Votes) -> dict[str, Any]:
    """Figures of one version; null where there is nothing to form them of."""
    corrected = ~(votes.up | votes.down)
    voted = len(np.unique(votes.question))
    return {
        "questions": asked.questions,
        "callers": asked.callers,
        "with_feedback": round(min(voted / asked.questions, 1.0), 4) if asked.questions else None,
        "corrections": int(corrected.sum()),
        "up": int(votes.up.sum()),
        "down": int(votes.down.sum()),
        "f1": average(votes.f1[corrected]),
        "negative": average(votes.negative),
        "score": average(votes.scores),
    }


def average(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None
