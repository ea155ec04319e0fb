"""A followed month against the test months: what the questions look like, and whether they have drifted."""

import warnings as quiet
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field

from tagger.features import SPACES, Spaces
from tagger.metrics import METRICS
from tagger.params import Section
from tagger.vectorizer import Vectorizer

DIGITS = 6
# Of the scores in data/predictions.parquet, which the reference is made of.
DIGITS_KEPT = 4
Metrics = Mapping[str, float | None]


class DriftParams(Section):
    """Section `drift`: a column has drifted below `p_value`, a month where `drift_share` of the columns have.

    Evidently sees at most `evidently_rows` questions a month, and no month with fewer than `min_questions`.
    """

    p_value: float = Field(gt=0, lt=1)
    drift_share: float = Field(gt=0, le=1)
    evidently_rows: int = Field(ge=10)
    min_questions: int = Field(ge=2)
    seed: int = 0


@dataclass(frozen=True)
class Report:
    """Evidently's report: its metrics as they are, each column's p-value (Kolmogorov-Smirnov), and HTML."""

    metrics: list[dict[str, Any]]
    p_values: dict[str, float]
    html: str


def describe_questions(
    questions: pd.DataFrame, spaces: Spaces, vectorizer: Vectorizer, best: np.ndarray, suggested: np.ndarray
) -> pd.DataFrame:
    """Numbers that describe each question, whatever its tags: lengths in tokens, shares, and the model's confidence
    (its best score, how many tags it suggests)."""
    lengths = {space: np.diff(spaces[space].indptr) for space in SPACES}
    every = np.maximum(sum(lengths.values()), 1)
    return pd.DataFrame(
        {f"{space}_tokens": lengths[space] for space in SPACES}
        | {
            "code_share": lengths["code"] / every,
            "unknown_share": 1 - vectorizer.count_known(spaces) / every,
            "tags": questions["tags"].map(len).to_numpy(),
            "suggested": suggested,
            "best_score": best.round(DIGITS_KEPT),
        }
    )


def sample_rows(frame: pd.DataFrame, params: DriftParams) -> pd.DataFrame:
    """As many rows as Evidently may see."""
    if len(frame) <= params.evidently_rows:
        return frame
    return frame.sample(params.evidently_rows, random_state=params.seed).sort_index()


def report_drift(reference: pd.DataFrame, month: pd.DataFrame, params: DriftParams) -> Report:
    """Evidently's data drift preset on the columns of `describe_questions`."""
    from evidently import DataDefinition, Dataset
    from evidently import Report as EvidentlyReport
    from evidently.presets import DataDriftPreset

    definition = DataDefinition(numerical_columns=list(reference.columns))
    current, past = (
        Dataset.from_pandas(sample_rows(frame, params).astype(float), data_definition=definition)
        for frame in (month, reference)
    )
    preset = DataDriftPreset(num_method="ks", num_threshold=params.p_value, drift_share=params.drift_share)
    # Evidently draws correlations, and a constant column (no code on that site) has none; scipy says where it takes
    # the asymptotic p-value.
    with np.errstate(divide="ignore", invalid="ignore"), quiet.catch_warnings():
        quiet.filterwarnings("ignore", "ks_2samp: Exact calculation unsuccessful", RuntimeWarning)
        result = EvidentlyReport([preset]).run(current, past)
    metrics = result.dict()["metrics"]
    p_values = {m["config"]["column"]: round(float(m["value"]), DIGITS) for m in metrics if "column" in m["config"]}
    return Report(metrics, p_values, result.get_html_str(as_iframe=False))


def record_month(
    month: str,
    questions: int,
    metrics: Metrics,
    report: Report | None,
    warnings: Sequence[Mapping[str, Any]],
    params: DriftParams,
) -> dict[str, Any]:
    """Everything about a month; `drifted` names the columns, `drifted_share` is None where there was no report."""
    p_values = report.p_values if report else {}
    drifted = sorted(column for column, p_value in p_values.items() if p_value < params.p_value)
    return {
        "month": month,
        "questions": questions,
        "metrics": dict(metrics),
        "drifted_share": round(len(drifted) / len(p_values), DIGITS) if p_values else None,
        "drifted": drifted,
        "p_values": p_values,
        "warnings": [warning for warning in warnings if warning["month"] == month],
        "evidently": report.metrics if report else [],
    }


def tabulate_months(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a month: questions, the metrics, drifted_share."""
    rows = [{"month": r["month"], "questions": r["questions"], **r["metrics"]} for r in records]
    return pd.DataFrame(rows, columns=["month", "questions", *METRICS]).assign(
        drifted_share=[record["drifted_share"] for record in records]
    )


def summarize_months(records: Sequence[Mapping[str, Any]], tested: Metrics, params: DriftParams) -> dict[str, Any]:
    """A few scalars over all months; `f1_micro_change` is the mean of the months less the test's."""
    f1 = [record["metrics"]["f1_micro"] for record in records if record["metrics"]["f1_micro"] is not None]
    summary: dict[str, Any] = {
        "months": len(records),
        "drifted_months": sum((record["drifted_share"] or 0) >= params.drift_share for record in records),
        "warnings": sum(len(record["warnings"]) for record in records),
    }
    if not f1:
        return summary
    figures = {"f1_micro_mean": mean(f1), "f1_micro_worst": min(f1), "f1_micro_last": f1[-1]}
    if tested["f1_micro"] is not None:
        figures["f1_micro_change"] = mean(f1) - tested["f1_micro"]
    return summary | {name: round(value, DIGITS) for name, value in figures.items()}
