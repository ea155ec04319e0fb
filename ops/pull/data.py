"""The parts of the report on what the models learned from: questions, months, stages of dvc.lock."""

from typing import Any

from ops.markdown import draw_table, escape, fold, quote
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
