"""The parts of the report on what the model learned from and what it met: data, stages of dvc.lock, drift."""

from collections.abc import Iterator, Mapping
from typing import Any

from ops.markdown import cut, draw_table, escape, fold, quote
from ops.pull.changes import StageChange, diff_months
from ops.pull.facts import Facts
from ops.pull.side import Side

SHOWN = 12
FIGURES = {
    "questions fetched": "rows_in",
    "questions": "rows",
    "repeated ids dropped": "duplicate_ids",
    "without tags dropped": "without_tags",
    "tags": "tags",
    "tags per question": "tags_per_question",
    "months": "month_count",
    "data warnings": "warning_count",
}
DRIFT = {
    "latest month": "month",
    "verdict": "verdict",
    "changes open": "open",
    "months followed": "months",
    "alarms": "alarms",
    "micro-F1, mean": "f1_micro_mean",
    "micro-F1, latest": "f1_micro",
    "micro-F1 lost since the held-out questions": "f1_micro_loss",
    "share of questions with new tags": "new_tag_share",
}


def draw_data(facts: Facts) -> str:
    """Questions, months and learned tags of both; open where they differ."""
    rows = {name: [show(side.data.get(key)) for side in facts.sides.values()] for name, key in FIGURES.items()}
    rows |= {"learned tags": [show(count_tags(side) or None) for side in facts.sides.values()]}
    rows |= {f"months of {role}": months for role, months in list_roles(facts).items()}
    table = draw_table(["", "base", "head"], ([name, *cells] for name, cells in rows.items()))
    months = [
        f"Months {name}: {shorten(found)}." for name, found in diff_months(facts.base, facts.head).items() if found
    ]
    changed = [name for name, cells in rows.items() if cells[0] != cells[1]]
    is_same = not changed and not months
    summary = "Data: no difference" if is_same else f"Data: {', '.join(changed) or 'months'} differ"
    return fold(summary, "\n\n".join([table, *months]), is_open=not is_same)


def count_tags(side: Side) -> int:
    """Tags that the model learned."""
    return len(side.tables["tags"])


def list_roles(facts: Facts) -> dict[str, list[str]]:
    """First and last month of each role, where the split can be had."""
    roles = ["train", "validation", "test", "followed"]
    return {role: [describe_months(side.plan.get(role)) for side in facts.sides.values()] for role in roles}


def describe_months(months: list[str] | None) -> str:
    """`2023-01 to 2023-10 (10)`."""
    if months is None:
        return "not known"
    return f"{months[0]} to {months[-1]} ({len(months)})" if len(months) > 1 else "".join(months) or "none"


def shorten(names: list[str], most: int = SHOWN) -> str:
    """Names in a row, and how many more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def show(value: Any) -> str:
    """A figure or a word of ours."""
    if value is None:
        return "-"
    return (
        f"{value:,}"
        if isinstance(value, int)
        else f"{value:.5g}"
        if isinstance(value, float)
        else escape(str(value), 40)
    )


def draw_stages(facts: Facts) -> str:
    """Which outs changed by dvc.lock, and from what."""
    if not facts.stages:
        return "dvc.lock: no stage differs."
    return fold(f"dvc.lock: {len(facts.stages)} stages differ", "\n".join(map(draw_stage, facts.stages)))


def draw_stage(change: StageChange) -> str:
    """One line: what is new, and from what it was made."""
    code = [f"{len(change.code)} files of code"] if len(change.code) > 3 else list(map(quote, change.code))
    causes = [*code, *map(quote, [*change.data, *change.params])]
    outs = shorten(list(map(quote, change.outs))) or "no out"
    return f"- {quote(change.stage)}: {outs}; made from what changed: {shorten(causes, 6) or '-'}"


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
    return [finding["reason"] for finding in record["findings"]] or record["reasons"]


def describe_drift(side: Side) -> str:
    """The verdict in a few words."""
    drift = side.drift
    if not drift:
        return "not measured"
    if not drift.get("months"):
        return "no month is followed"
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
