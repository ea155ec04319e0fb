"""Whether the challenger is better than the champion: each measure of both with its interval, and a sentence."""

from typing import Any

import numpy as np

from service.versions.differences import OPEN, Difference, count_missing, find_difference, judge
from service.versions.plan import Plan
from service.versions.votes import Votes

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def compare(plan: Plan, votes: Votes) -> dict[str, Any] | None:
    """The verdict, by the score; beside it, what it is made of. None without a challenger."""
    if plan.champion is None or plan.challenger is None:
        return None
    names = plan.champion.version, plan.challenger.version
    measures = pair(votes.on(names[0])) if plan.shadow else split(votes.on(names[0]), votes.on(names[1]))
    differences = {name: find_difference(*arrays) for name, arrays in measures.items()}
    main = differences["score"]
    verdict, missing = judge(main), count_missing(main)
    return {
        "verdict": verdict,
        "says": say(names[1], names[0], verdict, main, missing),
        "missing": missing if verdict == OPEN else None,
        "differences": [describe_difference(name, difference) for name, difference in differences.items()],
    }


def split(champion: Votes, challenger: Votes) -> dict[str, Arrays]:
    """Callers, sides and values of each measure: every caller had one version."""

    def join(one: np.ndarray, other: np.ndarray, among: tuple[np.ndarray, np.ndarray]) -> Arrays:
        callers = np.concatenate([champion.caller[among[0]], challenger.caller[among[1]]])
        sides = np.repeat([0, 1], [int(among[0].sum()), int(among[1].sum())])
        return callers, sides, np.concatenate([one[among[0]], other[among[1]]])

    everything = (np.ones(len(champion.f1), dtype=bool), np.ones(len(challenger.f1), dtype=bool))
    corrected = (~(champion.up | champion.down), ~(challenger.up | challenger.down))
    return {
        "score": join(champion.scores, challenger.scores, everything),
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
