"""The plan and the comparison as text, for a terminal."""

from typing import Any

from service.versions.plan import Plan, Version

SHORT = 12
NOTHING = "-"
COLUMNS = (
    "version",
    "role",
    "questions",
    "callers",
    "with feedback",
    "corrected",
    "up",
    "down",
    "F1",
    "negative",
    "score",
)


def describe_plan(plan: Plan, started: Version | None) -> str:
    """A line for each version."""
    lines = [line("champion", plan.champion or started, "" if plan.champion else "what the service was started with")]
    if plan.challenger:
        mode = "in the shadow, asked for" if plan.shadow else "answers"
        lines.append(line("challenger", plan.challenger, f"{mode} {100 * plan.share:g}% of the callers"))
    if plan.previous:
        lines.append(line("previous", plan.previous, "`rollback` brings it back" if not plan.challenger else ""))
    return "\n".join(lines)


def line(role: str, version: Version | None, note: str) -> str:
    name = f"{version.version} (sha256 {version.sha256[:SHORT]})" if version else "not known yet"
    return f"{role:<11} {name}{'; ' + note if note else ''}"


def describe_table(told: dict[str, Any]) -> str:
    """The table, the differences and the verdict."""
    rows = [COLUMNS, *(describe_row(row) for row in told["versions"])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [f"since {told['since']}"]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if told["verdict"]:
        lines += ["", *map(describe_difference, told["verdict"]["differences"]), told["verdict"]["says"]]
    return "\n".join(lines)


def describe_row(row: dict[str, Any]) -> tuple[str, ...]:
    counts = (f"{row[name]:,}" for name in ("corrections", "up", "down"))
    means = (NOTHING if row[name] is None else f"{row[name]:.3f}" for name in ("f1", "negative", "score"))
    share = NOTHING if row["with_feedback"] is None else f"{row['with_feedback']:.1%}"
    return (
        row["version"],
        row["role"] or NOTHING,
        f"{row['questions']:,}",
        f"{row['callers']:,}",
        share,
        *counts,
        *means,
    )


def describe_difference(row: dict[str, Any]) -> str:
    """A measure with its interval, or how few there are."""
    if row["low"] is None:
        return f"{row['measure']:<9} too few: {row['votes'][0]:,} and {row['votes'][1]:,} votes"
    figures = f"{row['champion']:.3f} -> {row['challenger']:.3f}"
    return f"{row['measure']:<9} {figures}, {row['change']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
