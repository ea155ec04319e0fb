"""The heat map of the drift page: the share of each tag month by month, against the reference."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import pandas as pd

from tagger.report.drawing import Chart, escape_label, make_chart, make_months_axis

REFERENCE = "reference"
# Tags that have a row, letters of a tag that are shown, months up to which cells have room for their number.
ROWS, LETTERS, NUMBERED = 24, 16, 14
# The middle is the ground itself, so that it fits a light page and a dark one; told apart in any kind of colour vision.
SCALE = [
    [0.0, "rgba(222,120,20,0.85)"],
    [0.5, "rgba(222,120,20,0)"],
    [0.5, "rgba(45,125,220,0)"],
    [1.0, "rgba(45,125,220,0.85)"],
]
# A change as large as from nothing to 1% has full colour at least.
LEAST = 0.1
Shares = Mapping[str, Mapping[str, float | None]]


def chart_tags(tags: pd.DataFrame, records: Sequence[Mapping[str, Any]]) -> Chart:
    """Columns month, tag, share, the reference a month of its own; a month without questions is empty."""
    months = [record["month"] for record in records if record["month"] in set(tags["month"])]
    shares = read_shares(tags, {record["month"] for record in records if not record["questions"]})
    rows = choose_tags(shares, months)
    reading = (
        "Blue: a larger share of the questions than in the reference (ref.), orange: a smaller one, by the root of the "
        "share, so that chance is as pale for rare tags as for frequent ones; numbers are per cent."
    )
    if len(rows) < len(shares):
        reading += f" The {len(rows)} of {len(shares)} tags that moved most."
    columns = [REFERENCE, *months]
    layout = {
        "xaxis": make_months_axis(months, [REFERENCE]),
        "yaxis": label_tags(rows),
        "height": 84 + 24 * len(rows),
    }
    known = any(shares[tag].get(month) is not None for tag in rows for month in months)
    traces = [draw_cells(rows, columns, shares)] if known else []
    return make_chart("tags", "Tags: share of the questions", reading, traces, layout)


def read_shares(tags: pd.DataFrame, empty: set[str]) -> Shares:
    """The share of each tag by month, None in an empty one."""
    shares: dict[str, dict[str, float | None]] = {}
    for month, tag, share in zip(tags["month"], tags["tag"], tags["share"], strict=True):
        shares.setdefault(str(tag), {})[str(month)] = None if month in empty else float(share)
    return shares


def measure_change(own: Mapping[str, float | None], month: str) -> float | None:
    """The share's root less that of the reference."""
    share = own.get(month)
    return None if share is None else sqrt(share) - sqrt(own.get(REFERENCE) or 0)


def choose_tags(shares: Shares, months: Sequence[str]) -> list[str]:
    """The tags that moved most, risers of the last three months first."""
    changes = {tag: [measure_change(own, month) or 0.0 for month in months] for tag, own in shares.items()}
    most = sorted(changes, key=lambda tag: (-max(map(abs, changes[tag]), default=0), tag))[:ROWS]
    return sorted(most, key=lambda tag: (-sum(changes[tag][-3:]), tag))


def draw_cells(rows: Sequence[str], columns: Sequence[str], shares: Shares) -> dict[str, Any]:
    """The cells; y is a row's number, since two long names may be shown alike."""
    changes = [[measure_change(shares[tag], column) for column in columns] for tag in rows]
    limit = max(LEAST, *(abs(change) for row in changes for change in row if change is not None))
    trace = {
        "type": "heatmap",
        "x": list(columns),
        "y": list(range(len(rows))),
        "z": changes,
        "zmin": -limit,
        "zmax": limit,
        "colorscale": SCALE,
        "xgap": 2,
        "ygap": 2,
        "customdata": [[describe_cell(tag, column, shares[tag]) for column in columns] for tag in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
        "colorbar": make_colorbar(limit),
    }
    if len(columns) <= NUMBERED:
        texts = [[show_share(shares[tag].get(column)) for column in columns] for tag in rows]
        trace |= {"text": texts, "texttemplate": "%{text}", "textfont": {"size": 11}}
    return trace


def make_colorbar(limit: float) -> dict[str, Any]:
    """Words instead of roots."""
    return {
        "orientation": "h",
        "x": 0.5,
        "y": 1,
        "yanchor": "bottom",
        "thickness": 10,
        "ypad": 4,
        "len": 0.9,
        "outlinewidth": 0,
        "tickvals": [-limit * 0.85, 0, limit * 0.85],
        "ticktext": ["fewer", "as before", "more"],
        "ticks": "",
    }


def show_share(share: float | None) -> str:
    """In per cent, without the sign."""
    return "" if share is None else f"{100 * share:.1f}"


def describe_cell(tag: str, month: str, own: Mapping[str, float | None]) -> str:
    """What hovering over a cell says."""
    before, share = own.get(REFERENCE) or 0.0, own.get(month)
    now = f"<br>{month}: {share:.1%}" if share is not None and month != REFERENCE else ""
    return f"<b>{escape_label(tag)}</b>{now}<br>reference: {before:.1%}"


def label_tags(rows: Sequence[str]) -> dict[str, Any]:
    """The axis of tags, long names cut."""
    names = [tag if len(tag) <= LETTERS else f"{tag[: LETTERS - 1]}…" for tag in rows]
    return {
        "tickvals": list(range(len(rows))),
        "ticktext": [escape_label(name) for name in names],
        "range": [len(rows) - 0.5, -0.5],
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
    }
