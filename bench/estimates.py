"""The table of bench.strategies: each strategy's estimates beside what came later."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bench.results import format_table

Figures = Mapping[str, Any]
HEAD = [
    "`strategy`",
    "folds",
    "fits",
    "of the folds (sd)",
    "− later",
    "of the test (95%)",
    "− later",
    "later (95%)",
    "later, F1@5",
    "training, s of the cores",
    "peak, MB",
]


def describe_periods(periods: pd.DataFrame) -> list[str]:
    """What stands for the months."""
    learned = len(periods) - 2
    roles = [f"period {number} of {learned}" for number in range(1, learned + 1)] + ["test", "later"]
    rows = [
        [role, f"{found.questions:,}", f"{found.first:%Y-%m-%d %H:%M}", f"{found.last:%Y-%m-%d %H:%M}"]
        for role, found in zip(roles, periods.itertuples(), strict=True)
    ]
    return format_table(["", "questions", "first (UTC)", "last"], rows)


def describe_model(figures: Mapping[str, Figures]) -> list[str]:
    """The table of one model, then what was refused."""
    rows = [make_row(strategy, found) for strategy, found in figures.items()]
    refused = [f"- `{name}`: {found['refused']}" for name, found in figures.items() if "refused" in found]
    return [*format_table(HEAD, rows), *(["", "Refused:", "", *refused] if refused else [])]


def make_row(strategy: str, figures: Figures) -> list[str]:
    """One row; a dash where a strategy has no such figure."""
    if "refused" in figures:
        return [f"`{strategy}`", "refused", *["-"] * (len(HEAD) - 2)]
    truth = figures["later"]["f1_micro"]
    test = figures["test"] and figures["test"]["f1_micro"]
    return [
        f"`{strategy}`",
        str(figures["folds"]),
        f"{figures['fits']:,}",
        "-" if figures["cv"] is None else f"{show(figures['cv'])} ({show(figures['sd'])})",
        show_change(figures["cv"], truth[0]),
        show_interval(test),
        show_change(test and test[0], truth[0]),
        show_interval(truth),
        show(figures["later"]["f1_at_5"][0]),
        f"{figures['cpu_s']:,.0f}",
        f"{figures['memory_mb']:,}",
    ]


def show(value: float | None) -> str:
    """Three digits, such as .625."""
    return "-" if value is None else f"{value:.3f}".replace("0.", ".", 1)


def show_change(estimate: float | None, truth: float) -> str:
    """By how much an estimate promises more (+) or less than came."""
    return "-" if estimate is None else f"{estimate - truth:+.3f}".replace("0.", ".", 1)


def show_interval(found: Sequence[float] | None) -> str:
    """A figure and its interval."""
    return "-" if found is None else f"{show(found[0])} ({show(found[1])} to {show(found[2])})"
