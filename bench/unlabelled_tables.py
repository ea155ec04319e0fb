"""The tables of bench.unlabelled: estimates by period, and how far each way to estimate is off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.estimates import show, show_change, show_interval
from bench.results import format_table
from bench.variants import PLAIN, VARIANTS, Answers, count_f1
from tagger.drift.estimate import Estimate
from tagger.drift.pairs import list_pairs, look_up

WITHIN = 0.02
HEAD = ["", "questions", "measured (95%)", "as they are", "estimated (range)", "error", "effective", "AUC"]


@dataclass(frozen=True)
class Found:
    """A period: what was measured, and that of its questions drawn anew (draws), and what was estimated."""

    name: str
    questions: int
    measured: float
    drawn: np.ndarray
    auc: float
    estimate: Estimate
    unweighted: Estimate
    variants: dict[str, float]

    @property
    def interval(self) -> list[float]:
        """The measured figure between the ends of its 95% interval over questions, as show_interval wants them."""
        return [self.measured, *np.quantile(self.drawn, [0.025, 0.975]).tolist()]


def describe_reference(reference: Answers) -> str:
    """What was measured, and what the tags hold that are no candidates: few, but hundreds."""
    counts, questions = reference.count(), len(reference.probabilities)
    rows, tags, _ = list_pairs(reference.probabilities, reference.predicted)
    true = reference.Y.sum() - look_up(reference.Y, rows, tags).sum()
    expected = reference.probabilities.sum(dtype=np.float64) - reference.probabilities[rows, tags].sum(dtype=np.float64)
    beyond = f"{show(true / questions)} tags of a question beyond its candidates, {show(expected / questions)} expected"
    return f"{questions:,} reference questions, {show(count_f1(counts.sum(axis=0)))} measured; {beyond}"


def describe_periods(found: Sequence[Found]) -> list[str]:
    """A row for each."""
    rows = []
    for period in found:
        estimate = period.estimate
        expected = None if estimate.f1_micro is None else [estimate.f1_micro, estimate.low or 0, estimate.high or 0]
        figures = [show_interval(period.interval), show(period.variants[PLAIN]), show_interval(expected)]
        figures += [show_change(estimate.f1_micro, period.measured), f"{estimate.effective:,.0f}", show(period.auc)]
        rows.append([period.name, f"{period.questions:,}", *figures])
    return format_table(HEAD, rows)


def describe_variants(found: Sequence[Found]) -> list[str]:
    """How far each variant is off, and last the measured figure itself where its questions are drawn anew."""
    measured = np.array([period.measured for period in found])
    ends = np.array([period.interval[1:] for period in found])
    rows = []
    for name in VARIANTS:
        estimated = np.array([period.variants[name] for period in found])
        outside = ((estimated < ends[:, 0]) | (estimated > ends[:, 1])).sum()
        rows.append([name, *describe_errors(estimated - measured), f"{outside} of {len(found)}"])
    chance = np.concatenate([period.drawn - period.measured for period in found])
    rows.append(["*chance: the same questions drawn anew*", *describe_errors(chance), "-"])
    head = ["", "mean absolute error", "mean error", "within .02", "outside the measured 95% interval"]
    return format_table(head, rows)


def describe_errors(errors: np.ndarray) -> list[str]:
    """Mean absolute and mean error, and the share within WITHIN."""
    shares = np.abs(errors).mean(), np.mean(np.abs(errors) <= WITHIN)
    return [f"{shares[0]:.4f}"[1:], show_change(errors.mean(), 0), f"{shares[1]:.0%}"]


def count_covered(found: Sequence[Found], name: str) -> int:
    """Periods whose measured figure lies in the range of an estimate."""
    estimates = [(getattr(period, name), period.measured) for period in found]
    return sum((estimate.low or 0) <= measured <= (estimate.high or 0) for estimate, measured in estimates)
