"""The first chart of the drift page: micro-F1, measured and estimated, with the alarms in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from tagger.report.bands import draw_estimate
from tagger.report.drawing import (
    AMBER,
    BLUE,
    RED,
    VIOLET,
    Chart,
    Trace,
    draw_level,
    draw_line,
    escape_label,
    make_axis,
    make_chart,
    make_months_axis,
    name_months,
)

Records = Sequence[Mapping[str, Any]]
PARTS = ("value", "low", "high")
# Colour and symbol of an alarm, by verdict.
ALARMS = {"watch": (AMBER, "triangle-up"), "act": (RED, "diamond")}


def chart_quality(records: Records) -> Chart:
    """Micro-F1 measured and estimated, and which months were alarms."""
    months = name_months(records)
    measured = [[find_metric(record, "quality", part) for record in records] for part in PARTS]
    estimated = [[record["estimate"][part] for record in records] for part in ("f1_micro", "low", "high")]
    before = [find_metric(record, "before", "value") for record in records]
    traces = [
        *draw_estimate(months, estimated, "estimated", VIOLET, ".3f", dash="dot", symbol="square"),
        *draw_estimate(months, measured, "measured", BLUE, ".3f"),
        draw_level(months, before, "reference", ".3f", shape="hvh"),
        *(draw_alarms(records, verdict) for verdict in ALARMS),
    ]
    reading = (
        "A month is worse than the reference where its blue band (95%) lies below the dashed line; the estimate needs "
        "no labels, and cannot see that like questions have come to be tagged otherwise."
    )
    layout = {"xaxis": make_months_axis(months), "yaxis": make_axis(".2f"), "height": 400}
    return make_chart("quality", "Micro-F1, measured and estimated", reading, traces, layout)


def find_metric(record: Mapping[str, Any], when: str, part: str) -> float | None:
    """Micro-F1 of a month (`quality`) or of the reference (`before`), or an end of its interval."""
    return record[when]["f1_micro"][part] if record[when] else None


def draw_alarms(records: Records, verdict: str) -> Trace:
    """The months of one verdict, marked where their micro-F1 is; hovering says the reasons."""
    color, symbol = ALARMS[verdict]
    alarms = [record for record in records if record["verdict"] == verdict]
    trace = draw_line(name_months(alarms), list(map(place_alarm, alarms)), verdict, color, ".3f", symbol=symbol)
    return trace | {
        "mode": "markers",
        "marker": {"color": color, "size": 15, "symbol": symbol, "line": {"color": "#fff", "width": 1.5}},
        "text": [describe_alarm(record) for record in alarms],
        "hovertemplate": "%{text}<extra></extra>",
    }


def describe_alarm(record: Mapping[str, Any]) -> str:
    """What hovering over an alarm says."""
    reasons = (f"– {escape_label(reason)}" for reason in record["reasons"])
    return "<br>".join([f"{record['month']} <b>{record['verdict']}</b>", *reasons])


def place_alarm(record: Mapping[str, Any]) -> float:
    """How high an alarm is drawn."""
    places = (find_metric(record, "quality", "value"), record["estimate"]["f1_micro"])
    return next((place for place in (*places, find_metric(record, "before", "value")) if place is not None), 0.0)
