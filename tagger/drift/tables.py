"""The followed months as tables for plots, and the few figures of the latest one."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

import pandas as pd

from tagger.drift.record import Record
from tagger.metrics import DIGITS

MONTHS = (
    "month",
    "questions",
    "verdict",
    "f1_micro",
    "f1_low",
    "f1_high",
    "f1_estimated",
    "estimated_low",
    "estimated_high",
    "auc",
    "unknown_text",
    "tag_distance",
    "new_tag_share",
    "f1_alarm",
)


def tabulate_months(records: Sequence[Record]) -> pd.DataFrame:
    """Columns MONTHS, one row a month; `f1_alarm` is f1_micro, or the estimate without it, where the month was no
    `ok`."""
    return pd.DataFrame([tabulate_month(record) for record in records], columns=list(MONTHS))


def tabulate_month(record: Record) -> dict[str, Any]:
    """One row."""
    f1 = dict((record.quality or {}).get("f1_micro", {}))
    return {
        "month": record.month,
        "questions": record.questions,
        "verdict": record.verdict,
        "f1_micro": f1.get("value"),
        "f1_low": f1.get("low"),
        "f1_high": f1.get("high"),
        "f1_estimated": record.estimate.f1_micro,
        "estimated_low": record.estimate.low,
        "estimated_high": record.estimate.high,
        "auc": find_figure(record, "domain", "auc"),
        "unknown_text": find_figure(record, "unknown", "unknown_text"),
        "tag_distance": record.tags.get("distance"),
        "new_tag_share": record.tags["new_share"],
        "f1_alarm": None if record.verdict == "ok" else f1.get("value", record.estimate.f1_micro),
    }


def find_figure(record: Record, comparison: str, name: str) -> float | None:
    """What one row of the evidence is now."""
    return next((row["now"] for row in record.evidence.get(comparison, []) if row["name"] == name), None)


def tabulate_tags(shares: Mapping[str, Sequence[Sequence[str]]], records: Sequence[Record], most: int) -> pd.DataFrame:
    """Columns month, tag, share: of tags that were in the news and of the `most` frequent ones; `shares` has the tags
    of each question by month, those of the reference under its own name."""
    named = [
        name
        for record in records
        for finding in record.findings
        if finding.kind.endswith("_tag")
        for name in finding.names
    ]
    counts = pd.Series([tag for lists in shares.values() for own in lists for tag in own], dtype=object).value_counts()
    tags = list(dict.fromkeys([*named, *counts.sort_index().sort_values(ascending=False, kind="stable").index[:most]]))
    rows = [
        {"month": month, "tag": tag, "share": sum(tag in own for own in lists) / max(len(lists), 1)}
        for month, lists in shares.items()
        for tag in tags
    ]
    return pd.DataFrame(rows, columns=["month", "tag", "share"])


def summarize(records: Sequence[Record], warnings: int) -> dict[str, Any]:
    """A few figures, of the latest month but for counts and the mean; None where there are too few questions."""
    if not records:
        return {"months": 0, "alarms": 0, "warnings": warnings}
    measured = [record.quality["f1_micro"]["value"] for record in records if record.quality]
    last = records[-1]
    f1 = dict((last.quality or {}).get("f1_micro", {}))
    auc = find_figure(last, "domain", "auc")
    return {
        "months": len(records),
        "alarms": sum(record.verdict != "ok" for record in records),
        "warnings": warnings,
        "f1_micro_mean": round(mean(measured), DIGITS) if measured else None,
        "month": last.month,
        "verdict": last.verdict,
        "open": len(last.open),
        "f1_micro_last": f1.get("value"),
        "f1_micro_estimated": last.estimate.f1_micro,
        "f1_micro_loss": last.loss,
        "auc": auc,
        "new_tag_share": last.tags["new_share"],
    } | ({} if last.traffic is None else summarize_traffic(last.traffic))


def summarize_traffic(traffic: Mapping[str, Any]) -> dict[str, Any]:
    """What more there is to say of a month that the service was asked."""
    return {name: traffic[name] for name in ("asked", "repeated", "confidence", "unknown")}
