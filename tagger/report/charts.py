"""The charts of the drift page over the months: input, distance of the tags, calibration."""

from collections.abc import Mapping, Sequence
from typing import Any

from tagger.report.bands import draw_estimate
from tagger.report.drawing import (
    AMBER,
    BLUE,
    VIOLET,
    Chart,
    draw_level,
    draw_line,
    make_axis,
    make_chart,
    make_months_axis,
    name_months,
)
from tagger.report.quality_chart import chart_quality

Records = Sequence[Mapping[str, Any]]
LINES = ((BLUE, "solid", "circle"), (VIOLET, "dash", "square"), (AMBER, "dot", "diamond"))
GROUPS = ("rare", "middle", "frequent")
SPACES = ("title", "text", "code")


def draw_charts(records: Records) -> dict[str, Chart]:
    """All of them by name."""
    charts = (chart_quality, chart_domain, chart_unknown, chart_distance, chart_calibration)
    return {chart.name: chart for chart in (draw(records) for draw in charts)}


def find_row(record: Mapping[str, Any], comparison: str, name: str) -> Mapping[str, Any]:
    """A row of a month's evidence; empty where it has none."""
    return next((row for row in record["evidence"].get(comparison, []) if row["name"] == name), {})


def chart_domain(records: Records) -> Chart:
    """How well a classifier tells a month from the reference."""
    months = name_months(records)
    auc = [find_row(record, "domain", "auc").get("now") for record in records]
    traces = [
        draw_line(months, auc, "AUC", BLUE, ".3f"),
        draw_level(months, [0.5] * len(months), "no difference", ".1f"),
    ]
    reading = (
        "How well a classifier tells the month's questions from the reference's by their words: 0.5 is a coin toss, "
        "at 1 every question reads unlike before."
    )
    span = [min([0.4, *(value for value in auc if value is not None)]), 1]
    layout = {"xaxis": make_months_axis(months), "yaxis": make_axis(".1f", range=span), "height": 320}
    return make_chart("domain", "Input: month against reference", reading, traces, layout)


def chart_unknown(records: Records) -> Chart:
    """The share of unknown words in title, prose and code."""
    months = name_months(records)
    traces = []
    for space, (color, dash, symbol) in zip(SPACES, LINES, strict=True):
        values = [find_row(record, "unknown", f"unknown_{space}").get("now") for record in records]
        traces.append(draw_line(months, values, space, color, ".1%", dash=dash, symbol=symbol))
    reading = "The share of the words that the reference hardly has: a rise means words that the model never learned."
    layout = {"xaxis": make_months_axis(months), "yaxis": make_axis(".0%", rangemode="tozero"), "height": 320}
    return make_chart("unknown", "Input: unknown words", reading, traces, layout)


def chart_distance(records: Records) -> Chart:
    """How far the tags' distribution has moved, and how far it would by chance."""
    months = name_months(records)
    parts = [[record["tags"].get(part) for record in records] for part in ("distance", "low", "high")]
    chance = [record["tags"].get("chance") for record in records]
    traces = [
        *draw_estimate(months, parts, "distance", BLUE, ".3f"),
        draw_level(months, chance, "by chance", ".3f"),
    ]
    reading = (
        "Jensen-Shannon distance of all tags (of live traffic those suggested) from the reference, with its 95% "
        "interval: above the dashed line it is more than so few questions give by chance."
    )
    layout = {"xaxis": make_months_axis(months), "yaxis": make_axis(".2f"), "height": 320}
    return make_chart("distance", "All tags: distance from the reference", reading, traces, layout)


def chart_calibration(records: Records) -> Chart:
    """The expected calibration error by group of tags."""
    months = name_months(records)
    traces = []
    for group, (color, dash, symbol) in zip(GROUPS, LINES, strict=True):
        values = [find_error(record, group) for record in records]
        traces.append(draw_line(months, values, f"{group} tags", color, ".3f", dash=dash, symbol=symbol))
    reading = (
        "How far probabilities lie from what comes true, by how often a tag was seen in training: 0 is best; a rise "
        "means that thresholds and the estimate above deserve less trust."
    )
    layout = {"xaxis": make_months_axis(months), "yaxis": make_axis(".2f", rangemode="tozero"), "height": 320}
    return make_chart("calibration", "Calibration error by group of tags", reading, traces, layout)


def find_error(record: Mapping[str, Any], group: str) -> float | None:
    """The calibration error of a group; None where it has no pair of question and tag."""
    return next((row["ece"] for row in record["calibration"] if row["tags"] == group and row["pairs"]), None)
