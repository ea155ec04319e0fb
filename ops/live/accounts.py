"""Every request of the story, held against who should have answered it, what the service counted and what it kept."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.live.callers import Answer, Callers
from ops.live.figures import Figures
from service.state.files import digest_caller
from service.versions.lineup import falls

END = float("inf")


@dataclass(frozen=True)
class Lineup:
    """Who gets which version: the service's own rule, for callers who share a key."""

    secret: bytes
    key_name: str
    champion: str
    challenger: str = ""
    share: float = 0.0

    def __call__(self, caller: str) -> str:
        digest = digest_caller(self.secret, f"key {self.key_name} name {caller}")
        return self.challenger if self.challenger and falls(digest, self.challenger, self.share) else self.champion


@dataclass(frozen=True)
class Period:
    """From the command at `ordered` on some, from `settled` on all answers are of this lineup."""

    ordered: float
    settled: float
    lineup: Lineup


def list_strays(answers: Sequence[Answer], periods: Sequence[Period]) -> list[Answer]:
    """Answers of a version that their caller should not have had when they were made."""
    ends = [following.settled for following in periods[1:]] + [END]
    return [
        answer
        for answer in answers
        if answer.version
        not in {
            period.lineup(answer.caller)
            for period, end in zip(periods, ends, strict=True)
            if answer.ended >= period.ordered and answer.begun <= end
        }
    ]


def count_versions_by_caller(answers: Sequence[Answer], periods: Sequence[Period]) -> Iterator[Counter[str]]:
    """Seen from outside: for each period, how many versions each caller had."""
    ends = [following.ordered for following in periods[1:]] + [END]
    for period, end in zip(periods, ends, strict=True):
        within = {
            (answer.caller, answer.version)
            for answer in answers
            if answer.begun >= period.settled and answer.ended <= end
        }
        yield Counter(caller for caller, _ in within)


def read_kept(state: Path) -> tuple[dict[str, str], set[str]]:
    """What the database holds: the version of each prediction, and feedback."""
    with closing(sqlite3.connect(state / "service.db", timeout=30)) as connection:
        predictions = dict(connection.execute("SELECT id, version FROM predictions").fetchall())
        return predictions, {row[0] for row in connection.execute("SELECT id FROM feedback")}


def count_all(callers: Callers, periods: Sequence[Period], figures: Figures, state: Path) -> dict[str, Any]:
    """What clients saw, what the service counted (all releases together), what it kept."""
    predictions, feedback = read_kept(state)
    answered = {answer.prediction_id: answer.version for answer in callers.answers}
    acknowledged = {receipt.feedback_id for receipt in callers.receipts}
    by_version = Counter(answer.version for answer in callers.answers)
    counted = {version: figures["predictions", version] for version in by_version}
    return {
        "requests sent": callers.sent.total(),
        "questions answered": len(answered),
        "feedback acknowledged": len(acknowledged),
        "failed": len(callers.failures),
        "answered by version": dict(sorted(by_version.items())),
        "counted by version": dict(sorted(counted.items())),
        "answers not of the version that the rule says": len(list_strays(callers.answers, periods)),
        "callers who had two versions at once": sum(
            versions > 1 for seen in count_versions_by_caller(callers.answers, periods) for versions in seen.values()
        ),
        "predictions kept": len(predictions),
        "predictions dropped": figures["predictions_dropped_total",],
        "kept under another version": sum(answered.get(name) != version for name, version in predictions.items()),
        "feedback kept": len(feedback),
        "feedback lost": len(acknowledged - feedback),
        "feedback counted": figures["feedback_total",],
        "answers of 200 to questions, counted": figures["answers", "/v1/tags", "200"],
        "other answers, counted": sum(
            count
            for name, count in figures.items()
            if name[0] == "answers" and name[1:] not in {("/v1/tags", "200"), ("/v1/feedback", "201")}
        ),
    }


def add_up(told: dict[str, Any], looks: int) -> dict[str, int]:
    """By how much each sum is off; `looks`: questions of the holder, one of each release before it is let in."""
    answered, acknowledged = told["questions answered"], told["feedback acknowledged"]
    seen, counted = told["answered by version"], told["counted by version"]
    return {
        "requests sent = answers + receipts": told["requests sent"] - answered - acknowledged,
        "none failed": told["failed"],
        "each answer is of the version that the rule says": told["answers not of the version that the rule says"],
        "each caller has one version at a time": told["callers who had two versions at once"],
        "answers = predictions kept + dropped": answered - told["predictions kept"] - told["predictions dropped"],
        "each is kept under its version": told["kept under another version"],
        "receipts = feedback kept": acknowledged - told["feedback kept"],
        "none is lost": told["feedback lost"],
        "/metrics has the same answers by version": sum(abs(seen[name] - counted[name]) for name in seen),
        "/metrics has the same receipts": told["feedback counted"] - acknowledged,
        "/metrics has no answer besides, but the holder's": told["answers of 200 to questions, counted"]
        - answered
        - looks,
        "/metrics has no failure and no refusal": told["other answers, counted"],
    }
