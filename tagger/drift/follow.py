"""Follows a model month by month: compares, measures, estimates, judges, and remembers what has been said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import mean
from typing import Any

import numpy as np

from tagger.drift.apart import FOLDS, tell_apart
from tagger.drift.build import Model
from tagger.drift.counts import list_names
from tagger.drift.estimate import Estimate, Estimator
from tagger.drift.evidence import to_rows
from tagger.drift.findings import Finding, Scene, measure_f1
from tagger.drift.news import find_news
from tagger.drift.params import DriftParams
from tagger.drift.quality import compare_tags, gain_threshold, measure_calibration, measure_month
from tagger.drift.record import (
    Metrics,
    Record,
    choose_actions,
    find_loss,
    judge,
    record_evidence,
    round_row,
    wants_training,
)
from tagger.drift.tags import measure_distance, name_change
from tagger.drift.views import View
from tagger.drift.watch import Seen, Watch
from tagger.drift.words import count_together
from tagger.metrics import DIGITS

FEW = "{} questions are too few to judge: drift.min_questions is {}"
# Odds in the estimate's weights, as logarithms, are cut off there.
MOST_ODDS = 30.0
UNSEEN = Seen({}, {}, {}, {}, None)


@dataclass
class Follower:
    """Remembers, of one model, the errors of the estimates (past models' too), what was news and when a tag that the
    reference lacks was first seen."""

    model: Model
    params: DriftParams
    errors: list[float] = field(default_factory=list)
    said: list[tuple[str, Finding]] = field(default_factory=list)
    first_seen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.view, self.tags = self.model.reference.view, self.model.tagger.tags
        self.known_tags = set(list_names(self.view.tags))
        self.watch = Watch(self.view, self.params, self.tags)
        answers = self.view.answers
        self.estimator = Estimator(answers.Y, answers.scores, answers.suggested, self.params.seed)
        self.before = measure_month(answers, self.params.seed)

    def renew(self, model: Model) -> "Follower":
        """Follow another model; what has been news stays known."""
        follower = Follower(model, self.params, self.errors, [], self.first_seen)
        follower.watch.inherit(self.watch)
        return follower

    def follow(self, month: View) -> Record:
        """Everything about a month. Months are given in their order."""
        weights = self.weigh(month)
        seen, findings, still_open = self.compare(month, weights)
        quality = measure_month(month.answers, self.params.seed)
        past_error = round(mean(self.errors), DIGITS) if self.errors else None
        estimate = self.estimate(month, quality, weights)
        return Record(
            month=month.months[0],
            reference=(self.view.months[0], self.view.months[-1]),
            questions=len(month),
            usual_questions=round(len(self.view) / max(len(self.view.months), 1), 1),
            verdict=judge(findings, self.params),
            train_again=wants_training(findings, self.params),
            reasons=[finding.reason for finding in findings] or self.excuse(month, seen),
            actions=choose_actions(findings, gain_threshold(month.answers), self.params),
            loss=find_loss(self.before, quality, estimate),
            findings=findings,
            open=still_open,
            like=seen.like,
            f1_all=measure_f1(month.answers, np.ones(len(month.answers), dtype=bool)),
            quality=quality,
            before=self.before,
            estimate=estimate,
            past_error=past_error,
            calibration=measure_calibration(month.answers, self.model.trained) if self.params.labelled else [],
            less_predictable=self.list_less_predictable(month),
            tags=self.describe_tags(month, seen) if self.params.labelled else self.describe_suggested(month),
            evidence=record_evidence(seen.tables),
        )

    def compare(self, month: View, weights: np.ndarray | None) -> tuple[Seen, list[Finding], list[dict[str, Any]]]:
        """What is seen, what of it is news, and what earlier months brought; nothing of a month with few questions."""
        if len(month) < self.params.min_questions:
            return UNSEEN, [], []
        seen = self.watch.look(month)
        expect = None if self.params.labelled else partial(self.expect, month, weights)
        scene = Scene(self.view, month, self.tags, round(self.params.level / self.watch.level), expect)
        findings, still_open = find_news(seen, scene), self.list_open(seen)
        self.said += [(month.months[0], finding) for finding in findings]
        return seen, findings, still_open

    def excuse(self, month: View, seen: Seen) -> list[str]:
        """Why a month is not judged, if it is not."""
        return [] if seen.tables else [FEW.format(len(month), self.params.min_questions)]

    def expect(self, month: View, weights: np.ndarray | None, rows: np.ndarray) -> float | None:
        """The micro-F1 to expect of some of a month's questions (a mask)."""
        return self.estimator.estimate_f1(month.answers.scores[rows], month.answers.suggested[rows], weights)

    def estimate(self, month: View, quality: Metrics | None, weights: np.ndarray | None) -> Estimate:
        """The micro-F1 to expect without labels; where there are any, the error is kept."""
        estimate = self.estimator.estimate(month.answers.scores, month.answers.suggested, weights)
        if quality and estimate.f1_micro is not None:
            self.errors.append(abs(quality["f1_micro"]["value"] - estimate.f1_micro))
        return estimate

    def weigh(self, month: View) -> np.ndarray | None:
        """The odds of each held-out question of the reference to be one of the month's; None for too few questions."""
        held_out = self.view.answers.words
        if min(len(held_out), len(month)) < max(2 * FOLDS, self.params.min_questions):
            return None
        first, second, _ = count_together(held_out, month.words)
        found = tell_apart(first, second, self.params.seed)
        odds: np.ndarray = np.exp(found.scores[: len(held_out)].clip(-MOST_ODDS, MOST_ODDS))
        return odds

    def list_open(self, seen: Seen) -> list[dict[str, Any]]:
        """What earlier months brought and this one still shows: of texts and numbers only what its state has."""
        state = seen.like or ""
        shown = {name for name, rows in seen.significant.items() if len(rows)}
        tags = set(seen.significant["tags"]["name"])
        return [
            {"since": month} | finding.as_dict()
            for month, finding in self.said
            if (month <= state and shown.intersection(finding.sources))
            or (not finding.sources and tags.intersection(finding.names))
        ]

    def list_less_predictable(self, month: View) -> list[dict[str, Any]]:
        """The tags whose F1 has fallen since the reference, at a false discovery rate of `level`."""
        if len(month) < self.params.min_questions or not self.params.labelled:
            return []
        table = compare_tags(self.view.answers, month.answers, self.tags, self.params.level)
        fallen = table[(table["q"] <= self.params.level) & (table["f1"] < table["f1_before"])]
        return [round_row(row) for row in to_rows(fallen)]

    def describe_tags(self, month: View, seen: Seen) -> dict[str, Any]:
        """The distance of the distributions; new tags (all that the reference lacks: how many, the share of the
        questions that have one); what has changed significantly, by kind, with the month in which it was first seen."""
        name = month.months[0]
        new = [[tag for tag in own if tag not in self.known_tags] for own in month.tags]
        self.first_seen |= {tag: name for tag in list_names(new) if tag not in self.first_seen}
        changes: dict[str, Any] = {"renamed": dict(seen.renamed)}
        for row in to_rows(seen.significant["tags"]) if seen.significant else []:
            kind = name_change(row["before"], row["now"])
            changes.setdefault(kind, []).append(
                round_row(row) | ({"first_seen": self.first_seen[row["name"]]} if kind == "new_tag" else {})
            )
        share = sum(map(bool, new)) / max(len(month), 1)
        counts = {"new_tags": len(list_names(new)), "new_share": round(share, DIGITS)}
        return {**self.measure_distance(self.view.tags, month.tags), **counts, **changes}

    def describe_suggested(self, month: View) -> dict[str, Any]:
        """Of a month without labels how far what is suggested lies from what was to the questions held out."""
        before, now = (answers.list_suggested(self.tags) for answers in (self.view.answers, month.answers))
        return {**self.measure_distance(before, now), "new_share": None}

    def measure_distance(self, before: Sequence[Sequence[str]], now: Sequence[Sequence[str]]) -> dict[str, float]:
        """The distance of two distributions of tags, rounded; empty where one has no questions."""
        distance = measure_distance(before, now, self.params.seed) if before and now else {}
        return {key: round(value, DIGITS) for key, value in distance.items()}
