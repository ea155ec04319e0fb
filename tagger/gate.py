"""The rules that a model must pass to be promoted: each with its figure, its bound and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, field_validator

from tagger.params import Section, list_choices
from tagger.slices import Change, Sliced

Level = Literal["limited", "standard", "high"]
LEVELS: tuple[Level, ...] = ("limited", "standard", "high")
PASSED, REFUSED, SKIPPED = "passed", "refused", "skipped"


class LevelParams(Section):
    """Section `promotion.level`: the least level of the strategy for each stage."""

    staging: Level = "standard"
    prod: Level = "high"


class PromotionParams(Section):
    """Section `promotion`. `delta`, `epsilon`: micro-F1 to gain on the champion, and that a slice may lose to it;
    `min_questions`: of a slice that is judged; `remote`: where git's tags are shared, null: nowhere."""

    remote: str | None = Field(default="origin", pattern=r"^\w[\w./-]*$")
    level: LevelParams = LevelParams()
    delta: float = Field(default=0.002, ge=0, lt=1)
    epsilon: float = Field(default=0.03, ge=0, lt=1)
    min_questions: int = Field(default=30, ge=1)
    size_mb: float = Field(default=500, gt=0)
    latency_ms: float = Field(default=100, gt=0)
    baselines: tuple[str, ...] = ("dummy", "logreg")

    @field_validator("baselines")
    @classmethod
    def check_baselines(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """Raises ValueError for a model that there is none of."""
        choices = list_choices("tagger.models")
        unknown = [name for name in names if name not in choices]
        if unknown:
            raise ValueError(f"should hold models, and {unknown[0]!r} is none: choose among {', '.join(choices)}")
        return names


@dataclass(frozen=True)
class Rule:
    """What was asked, what was found, what is allowed, and one of PASSED, REFUSED, SKIPPED."""

    name: str
    figure: str
    bound: str
    verdict: str


def judge_strategy(strategy: str, level: Level, estimate: str, least: Level) -> Rule:
    """How far the strategy lets its result be promoted, and that the figures are of questions held out."""
    suffices = LEVELS.index(level) >= LEVELS.index(least) and estimate == "test"
    return decide("strategy", f"{level} ({strategy}), estimate {estimate}", f"{least}, estimate test", suffices)


def judge_champion(name: str, change: Change, delta: float) -> Rule:
    """Better than the champion by `delta` at least, and surely so."""
    bound = f"at least +{delta:g}, interval above 0"
    return decide(f"champion {name}", describe_change(change), bound, change.change >= delta and change.low > 0)


def judge_baseline(name: str, change: Change) -> Rule:
    """Better than a simple model that was trained on the same questions."""
    return decide(f"baseline {name}", describe_change(change), "above 0", change.change > 0)


def judge_slices(slices: Sequence[Sliced], epsilon: float, least: int) -> Iterator[Rule]:
    """No part of the questions or of the tags may lose more than `epsilon` to the champion."""
    for part in slices:
        name, bound = f"slice {part.name}", f"at least -{epsilon:g}"
        if part.questions < least or part.change is None:
            yield Rule(name, f"{part.questions:,} questions", f"judged from {least} on", SKIPPED)
        else:
            figure = f"{describe_change(part.change)}, {part.questions:,} questions"
            yield decide(name, figure, bound, part.change.change >= -epsilon)


def judge_most(name: str, value: float, most: float, unit: str) -> Rule:
    """A figure that has a bound above."""
    return decide(name, f"{value:,.1f} {unit}", f"at most {most:g} {unit}", value <= most)


def judge_drift(verdict: str | None, month: str | None) -> Rule:
    """The latest followed month does not say `act`; where none is followed there is nothing to say."""
    if verdict is None:
        return Rule("drift", "no month is followed", "not act", SKIPPED)
    return decide("drift", f"{verdict} in {month}", "not act", verdict != "act")


def decide(name: str, figure: str, bound: str, passed: bool) -> Rule:
    return Rule(name, figure, bound, PASSED if passed else REFUSED)


def describe_change(change: Change) -> str:
    """ "+0.012 (+0.003 to +0.021)": 95% interval."""
    return f"{change.change:+.4f} ({change.low:+.4f} to {change.high:+.4f})"
