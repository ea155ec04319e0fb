"""The part of the report on what the models met in the followed months: the verdicts of drift and their reasons."""

from collections.abc import Iterator, Mapping
from typing import Any

from ops.markdown import cut, draw_table, escape, fold
from ops.pull.data import SHOWN, show
from ops.pull.facts import Facts
from ops.pull.side import Side

DRIFT = {
    "latest month": "month",
    "verdict": "verdict",
    "changes open": "open",
    "months followed": "months",
    "alarms": "alarms",
    "micro-F1, mean": "f1_micro_mean",
    "micro-F1, latest": "f1_micro_last",
    "the same, estimated": "f1_micro_estimated",
    "micro-F1 lost since the held-out questions": "f1_micro_loss",
    "share of questions with new tags": "new_tag_share",
}


def draw_drift(facts: Facts) -> str:
    """What drift says of both, and why, month by month."""
    if not facts.base.drift and not facts.head.drift:
        return "Drift: not measured on either side."
    cells = ([name, *(show(side.drift.get(key)) for side in facts.sides.values())] for name, key in DRIFT.items())
    table = draw_table(["", "base", "head"], cells)
    found = list(list_findings(facts))
    if not found:
        return f"{table}\n\nNo month is alarmed on either side."
    lines = "\n".join(found[-2 * SHOWN :])
    return f"{table}\n\n{fold(f'Alarms and their reasons: {len(found)}', lines, is_open=len(found) <= SHOWN)}"


def list_findings(facts: Facts) -> Iterator[str]:
    """One line per month, verdict and reason, those of both sides once."""
    sides: dict[tuple[str, str, str], list[str]] = {}
    for name, side in facts.sides.items():
        for record in side.alarms:
            for reason in list_reasons(record):
                sides.setdefault((record["month"], record["verdict"], reason), []).append(name)
    for (month, verdict, reason), names in sorted(sides.items(), key=lambda item: item[0][0]):
        where = "both" if len(names) > 1 else names[0]
        yield f"- {month}, **{verdict}** ({where}): {escape(reason)}"


def list_reasons(record: Mapping[str, Any]) -> list[str]:
    """Why a month was alarmed."""
    return [finding["reason"] for finding in record.get("findings", [])] or record.get("reasons", [])


def describe_drift(side: Side) -> str:
    """The verdict in a few words."""
    drift = side.drift
    if not drift:
        return "not measured"
    if not drift.get("months"):
        return "no month is followed"
    if not {"verdict", "month", "alarms"} <= set(drift):
        return "without a verdict, of an older pipeline"
    return f"{drift['verdict']} in {drift['month']}, {drift['alarms']} alarms in {drift['months']} months"


def list_drift(side: Side) -> dict[str, Any] | None:
    """For machines: metrics/drift.json with the months that were alarmed; None where drift left nothing."""
    if not side.drift:
        return None
    months = [
        {
            "month": record["month"],
            "verdict": record["verdict"],
            "reasons": [cut(reason, 400) for reason in list_reasons(record)],
        }
        for record in side.alarms
    ]
    return side.drift | {"alarmed": months}
