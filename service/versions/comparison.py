"""Versions side by side: how much each was asked, what was said of it, and whether the challenger is better."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from service.state.store import AwayError, Store
from service.versions.differences import OPEN, Difference, count_missing, find_difference, judge
from service.versions.plan import Plan, Version, name_champion
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
            {"version": name, "role": roles.get(name)} | describe(asked.get(name, Asked(0, 0)), pick(votes, name))
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


def pick(votes: Votes, name: str) -> Votes:
    """The votes on one version."""
    chosen = votes.version == (votes.versions.index(name) if name in votes.versions else -1)
    arrays = {field: values[chosen] for field, values in vars(votes).items() if field != "versions"}
    return replace(votes, **arrays)


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
        "score": average(find_scores(votes)),
    }


def average(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def find_scores(votes: Votes) -> np.ndarray:
    """All that was said, as one number each: 1 for a rating up, 0 for one down, a correction's F1.

    F1 of corrections alone would favour the worse version: the better one is corrected where it is hard.
    """
    return np.where(votes.down, 0.0, votes.f1)


def compare(plan: Plan, votes: Votes) -> dict[str, Any] | None:
    """The verdict, by the score; beside it, what it is made of. None without a challenger."""
    if plan.champion is None or plan.challenger is None:
        return None
    names = plan.champion.version, plan.challenger.version
    measures = pair(pick(votes, names[0])) if plan.shadow else split(pick(votes, names[0]), pick(votes, names[1]))
    differences = {name: find_difference(*arrays) for name, arrays in measures.items()}
    main = differences["score"]
    verdict, missing = judge(main), count_missing(main)
    return {
        "verdict": verdict,
        "says": say(names[1], names[0], verdict, main, missing),
        "missing": missing if verdict == OPEN else None,
        "differences": [describe_difference(name, difference) for name, difference in differences.items()],
    }


Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def split(champion: Votes, challenger: Votes) -> dict[str, Arrays]:
    """Callers, sides and values of each measure: every caller had one version."""

    def join(one: np.ndarray, other: np.ndarray, among: tuple[np.ndarray, np.ndarray]) -> Arrays:
        callers = np.concatenate([champion.caller[among[0]], challenger.caller[among[1]]])
        sides = np.repeat([0, 1], [int(among[0].sum()), int(among[1].sum())])
        return callers, sides, np.concatenate([one[among[0]], other[among[1]]])

    everything = (np.ones(len(champion.f1), dtype=bool), np.ones(len(challenger.f1), dtype=bool))
    corrected = (~(champion.up | champion.down), ~(challenger.up | challenger.down))
    return {
        "score": join(find_scores(champion), find_scores(challenger), everything),
        "f1": join(champion.f1, challenger.f1, corrected),
        "negative": join(champion.negative, challenger.negative, everything),
    }


def pair(votes: Votes) -> dict[str, Arrays]:
    """The same in the shadow: both versions on the questions of which is known what is right."""
    known = ~np.isnan(votes.f1) & ~np.isnan(votes.shadow_f1)
    measures = {"score": known, "f1": known & ~votes.up}
    return {
        name: (
            np.tile(votes.caller[among], 2),
            np.repeat([0, 1], int(among.sum())),
            np.concatenate([votes.f1[among], votes.shadow_f1[among]]),
        )
        for name, among in measures.items()
    }


def describe_difference(name: str, difference: Difference) -> dict[str, Any]:
    """A measure on both sides; numbers that are none are null."""
    figures = {
        field: None if np.isnan(value := getattr(difference, field)) else round(value, 4)
        for field in ("champion", "challenger", "change", "low", "high")
    }
    return {"measure": name} | figures | {"callers": list(difference.callers), "votes": list(difference.values)}


def say(challenger: str, champion: str, verdict: str, difference: Difference, missing: int | None) -> str:
    """The verdict in words."""
    if missing is None:
        fewest = min(difference.callers)
        return f"Whether {challenger} is better than {champion} {verdict}: {fewest} callers spoke of one, too few."
    seen = f"{difference.change:+.3f}, between {difference.low:+.3f} and {difference.high:+.3f}"
    if verdict == OPEN:
        return (
            f"Whether {challenger} is better than {champion} {verdict}: the score differs by {seen}. "
            f"About {missing:,} more corrections or ratings may tell."
        )
    return f"{challenger} is {verdict} than {champion}: the score differs by {seen}."
