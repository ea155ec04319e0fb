"""What the database knows of versions: how much they were asked, and what was said of their answers, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from service import metrics
from service.state.verdicts import judge

if TYPE_CHECKING:
    from sqlalchemy import Connection

# The latest ones; more are not looked at.
MOST_QUESTIONS = 100_000
MOST_VOTES = 20_000


@dataclass(frozen=True)
class Asked:
    """Of a version: questions, and who asked them."""

    questions: int
    callers: int


@dataclass(frozen=True)
class Votes:
    """Entries for each vote: the latest of a caller on an answer. `f1` and `shadow_f1` are NaN where not known.

    `caller` is who asked, since the version was chosen by that; a number. `version` is one, too: its place in
    `versions`. `f1` holds the tags that are right against those suggested, `shadow_f1` against the challenger's in the
    shadow; a rating up says that the suggested ones are right.
    """

    versions: list[str]
    question: np.ndarray
    caller: np.ndarray
    version: np.ndarray
    up: np.ndarray
    down: np.ndarray
    negative: np.ndarray
    f1: np.ndarray
    shadow_f1: np.ndarray

    @property
    def scores(self) -> np.ndarray:
        """All that was said, as one number each: 1 for a rating up, 0 for one down, a correction's F1.

        F1 of corrections alone would favour the worse version: the better one is corrected where it is hard.
        """
        return np.where(self.down, 0.0, self.f1)

    def on(self, version: str) -> "Votes":
        """Those on one version."""
        chosen = self.version == (self.versions.index(version) if version in self.versions else -1)
        arrays = {field: values[chosen] for field, values in vars(self).items() if field != "versions"}
        return replace(self, **arrays)


def count_asked(connection: "Connection", since: datetime) -> dict[str, Asked]:
    """By version, from the index alone."""
    from sqlalchemy import func, select

    from service.state.tables import predictions

    columns = (predictions.c.asked, predictions.c.version, predictions.c.caller)
    latest = select(*columns).where(predictions.c.asked >= since).order_by(predictions.c.asked.desc())
    rows = latest.limit(MOST_QUESTIONS).subquery()
    counted = select(rows.c.version, func.count(), func.count(rows.c.caller.distinct())).group_by(rows.c.version)
    return {version: Asked(int(questions), int(callers)) for version, questions, callers in connection.execute(counted)}


def read_votes(connection: "Connection", since: datetime, shadow: str | None) -> Votes:
    """The latest votes on questions asked since a time; `shadow` is the version whose shadow answers count."""
    from sqlalchemy import and_, func, select

    from service.state.tables import feedback, predictions, shadows

    asker = func.coalesce(predictions.c.caller, feedback.c.caller)
    columns = (predictions.c.id, feedback.c.caller, asker, predictions.c.version, feedback.c.rating, feedback.c.tags)
    beside = and_(shadows.c.prediction_id == predictions.c.id, shadows.c.version == shadow)
    rows = (
        select(*columns, predictions.c.tags, shadows.c.tags)
        .join_from(feedback, predictions, feedback.c.prediction_id == predictions.c.id)
        .outerjoin(shadows, beside)
        .where(feedback.c.given >= since, predictions.c.asked >= since)
        .order_by(feedback.c.given.desc())
        .limit(MOST_VOTES)
    )
    # Of several by one caller on one answer the latest: the first here.
    latest: dict[tuple[str, str], Any] = {}
    for row in connection.execute(rows):
        latest.setdefault((row[0], row[1]), row)
    return as_arrays(list(latest.values()))


def as_arrays(rows: Sequence[Any]) -> Votes:
    """Rows of (question, who says it, who asked, version, rating, right tags, suggested, those of the shadow)."""
    questions, _, askers, names, ratings, right, answers, shadows = zip(*rows, strict=True) if rows else ((),) * 8
    versions, version = np.unique(np.array(names, dtype=np.str_), return_inverse=True)
    kinds = np.array([rating or "" for rating in ratings], dtype=np.str_)
    suggested = [find_suggested(tags) for tags in answers]
    # A rating down does not say what is right.
    truths = [suggested[row] if kinds[row] == "up" else set(tags) if tags else None for row, tags in enumerate(right)]
    return Votes(
        versions=versions.tolist(),
        question=np.unique(np.array(questions, dtype=np.str_), return_inverse=True)[1],
        caller=np.unique(np.array(askers, dtype=np.str_), return_inverse=True)[1],
        version=version,
        up=kinds == "up",
        down=kinds == "down",
        negative=np.array([is_negative(*row) for row in zip(ratings, right, answers, strict=True)], dtype=np.float64),
        f1=np.array([measure_f1(*pair) for pair in zip(truths, suggested, strict=True)], dtype=np.float64),
        shadow_f1=np.array(
            [
                measure_f1(truth, None if tags is None else find_suggested(tags))
                for truth, tags in zip(truths, shadows, strict=True)
            ],
            dtype=np.float64,
        ),
    )


def is_negative(rating: str | None, tags: list[str] | None, answer: list[dict[str, Any]]) -> bool:
    """As the metrics count it."""
    return judge({"rating": rating, "tags": tags}, list(find_suggested(answer))) == metrics.NEGATIVE


def find_suggested(tags: list[dict[str, Any]]) -> set[str]:
    """Of the tags of an answer those that were suggested."""
    return {tag["tag"] for tag in tags if tag["suggested"]}


def measure_f1(truth: set[str] | None, suggested: set[str] | None) -> float:
    """F1 of a question; NaN where one side is not known, 1 where nothing is right and nothing was suggested."""
    if truth is None or suggested is None:
        return np.nan
    return 2 * len(truth & suggested) / (len(truth) + len(suggested)) if truth or suggested else 1.0
