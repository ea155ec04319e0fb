"""What the charts of the drift page have in common: colours, axes, lines, labels that say what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

# Each is told from paper and from a dark screen; none stands alone, dashes and symbols differ, too.
BLUE, VIOLET, AMBER, RED, GREY = "#3a86d1", "#8a6fc0", "#c27c0e", "#d9483b", "#7d8894"
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# From so many months on, every second, third, ... has a label: they fit a phone.
STEPS = ((0, 1), (8, 2), (15, 3), (28, 6), (61, 12))
LEVEL = "level"
Trace = dict[str, Any]
Figures = Sequence[float | None]


@dataclass(frozen=True)
class Chart:
    """A chart of the page: its id, a title, a sentence that says how to read it, Plotly's traces and layout; None
    where there is nothing to draw."""

    name: str
    title: str
    reading: str
    figure: dict[str, Any] | None


def make_chart(name: str, title: str, reading: str, traces: Sequence[Trace], layout: Mapping[str, Any]) -> Chart:
    """A chart that Plotly accepts; there is none of a level (`meta`) alone, without values to compare with it."""
    from plotly.graph_objects import Figure
    from plotly.graph_objects import layout as layouts

    if not any(value is not None for trace in traces if trace.get("meta") != LEVEL for value in trace["y"]):
        return Chart(name, title, reading, None)
    common = {
        "template": layouts.Template(),
        "font": {"family": FONT, "size": 13},
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "dragmode": False,
        "hovermode": "closest",
        "hoverdistance": 30,
        "hoverlabel": {"align": "left", "font": {"size": 12}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    return Chart(name, title, reading, Figure(list(traces), {**common, **layout}).to_plotly_json())


def name_months(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Their names."""
    return [record["month"] for record in records]


def escape_label(text: str, width: int = 26, most: int = 3) -> str:
    """Text for Plotly, which takes labels for HTML: as it reads, in lines that fit a phone, cut after `most`."""
    lines = wrap(text, width)
    lines = lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][: width - 1] + "…"]
    return "<br>".join(escape(line) for line in lines)


def make_months_axis(months: Sequence[str], first: Sequence[str] = ()) -> dict[str, Any]:
    """The axis of months, after those of `first`, which are called by their first letters."""
    step = max(step for least, step in STEPS if len(months) >= least)
    # The first month's label would touch that of what stands before it.
    labelled = [month for month in months[bool(first) and step > 1 :] if (int(month[5:7]) - 1) % step == 0]
    names = [
        MONTHS[int(month[5:7]) - 1] + (f"<br>{month[:4]}" if month == labelled[0] or month[5:7] == "01" else "")
        for month in labelled
    ]
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": [*first, *months],
        "range": [-0.5, len(first) + len(months) - 0.5],
        "tickvals": [*first, *labelled],
        "ticktext": [*(f"{name[:3]}." for name in first), *names],
        "tickangle": 0,
        "ticks": "outside",
        "ticklen": 6,
        "tickcolor": "rgba(0,0,0,0)",
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
    }


def make_axis(form: str, **options: Any) -> dict[str, Any]:
    """An axis of figures."""
    return {"tickformat": form, "fixedrange": True, "zeroline": False, "automargin": True, "nticks": 6} | options


def draw_line(months: Sequence[str], values: Figures, name: str, color: str, form: str, **options: Any) -> Trace:
    """A line with points; months without a value are a gap."""
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(months),
        "y": list(values),
        "text": list(months),
        "name": name,
        "line": {"color": color, "width": 2, "dash": options.pop("dash", "solid")},
        "marker": {"color": color, "size": 7, "symbol": options.pop("symbol", "circle")},
        "hovertemplate": f"%{{text}}<br>{name} %{{y:{form}}}<extra></extra>",
    }
    return trace | options


def draw_level(months: Sequence[str], values: Figures, name: str, form: str, shape: str = "linear") -> Trace:
    """A level to compare with; in steps with `shape` hvh, since a new reference is one from its first month on."""
    line = draw_line(months, values, name, GREY, form, dash="dash", mode="lines", meta=LEVEL)
    line["line"]["shape"] = shape
    # One month makes no line.
    mark = {"color": GREY, "symbol": "line-ew-open", "size": 60, "line": {"width": 2}}
    return line if len(months) > 1 else line | {"mode": "markers", "marker": mark, "showlegend": False}
