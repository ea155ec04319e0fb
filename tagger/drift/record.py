"""Everything about a month, and how it becomes JSON: figures, evidence, news, verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from tagger.drift.estimate import Estimate
from tagger.drift.evidence import to_rows
from tagger.drift.findings import Finding
from tagger.drift.params import DriftParams
from tagger.drift.quality import PARTS
from tagger.metrics import DIGITS

Metrics = Mapping[str, Mapping[str, float]]
# An action that others hold.
AGAIN = "train again"
# Rows of evidence that are kept of each comparison.
KEPT = 20


@dataclass(frozen=True)
class Record:
    """A month.

    `reference`: the first and the last month that it is compared with. `train_again`: whether its news call for that.
    `f1_all`: micro-F1 with the tags that were not learned, so that models of other tags can be compared. `quality`
    and `before`: the metrics of the month and of the reference's held-out questions, None where there is no tag to
    find. `past_error`: the mean absolute error of the estimates of the months before. `open`: what earlier months
    brought and is still so. `like`: the month that brought the state it is in. `evidence`: the least likely rows of
    each comparison. `traffic`: of a month that the service was asked, how (see traffic.describe_traffic).
    """

    month: str
    reference: tuple[str, str]
    questions: int
    usual_questions: float
    verdict: str
    train_again: bool
    reasons: list[str]
    actions: list[str]
    loss: float | None
    findings: list[Finding]
    open: list[dict[str, Any]]
    like: str | None
    f1_all: float | None
    quality: Metrics | None
    before: Metrics | None
    estimate: Estimate
    past_error: float | None
    calibration: list[dict[str, Any]]
    less_predictable: list[dict[str, Any]]
    tags: dict[str, Any]
    evidence: dict[str, list[dict[str, Any]]]
    traffic: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """In JSON's types."""
        values = asdict(self) | {"findings": [finding.as_dict() for finding in self.findings]}
        return {name: value for name, value in values.items() if name != "traffic" or value is not None}


def judge(findings: Sequence[Finding], params: DriftParams) -> str:
    """ok without news; act where some of it costs `min_loss`; else watch."""
    if not findings:
        return "ok"
    return "act" if any((finding.loss or 0) >= params.min_loss for finding in findings) else "watch"


def wants_training(findings: Sequence[Finding], params: DriftParams) -> bool:
    """Whether a new model would help: what costs `min_loss` is no fault of the data."""
    return judge(findings, params) == "act" and not any(finding.kind == "broken" for finding in findings)


def choose_actions(findings: Sequence[Finding], gain: float, params: DriftParams) -> list[str]:
    """What to do, each once. Where questions come in broken that alone, since the rest may follow from it; `gain` is
    the micro-F1 that another threshold would bring, worth a word where quality has fallen."""
    broken = [finding for finding in findings if finding.kind == "broken"]
    actions = [finding.action for finding in broken or findings]
    if any(AGAIN in action and action != AGAIN for action in actions):
        actions = [action for action in actions if action != AGAIN]
    if gain >= params.min_loss and any(finding.kind == "quality" for finding in findings) and not broken:
        actions.append(f"or choose the threshold anew, which gains at most {gain:.3f} micro-F1")
    return list(dict.fromkeys(actions))


def record_evidence(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    """Of each comparison the rows that are least by chance."""
    return {name: [round_row(row) for row in to_rows(table.head(KEPT))] for name, table in tables.items()}


def round_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of evidence without `least`."""
    return {str(name): round_value(str(name), value) for name, value in row.items() if name != "least"}


def round_value(name: str, value: Any) -> Any:
    """Numbers to DIGITS; p and q to three digits wherever they are."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.3g}") if name in {"p", "q"} else round(value, DIGITS)


def find_loss(before: Metrics | None, quality: Metrics | None, estimate: Estimate) -> float | None:
    """Micro-F1 lost since the reference: measured, else estimated."""
    if before is None:
        return None
    now = quality["f1_micro"][PARTS[0]] if quality else estimate.f1_micro
    return None if now is None else round(before["f1_micro"][PARTS[0]] - now, DIGITS)
