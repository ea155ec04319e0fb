"""Lines with a band around them, an error bar where a month stands alone."""

from collections.abc import Sequence
from typing import Any

from tagger.report.drawing import Figures, Trace, draw_line


def draw_estimate(
    months: Sequence[str], parts: Sequence[Figures], name: str, color: str, form: str, **options: Any
) -> list[Trace]:
    """A line of values with the band between low and high (`parts`: values, lows, highs)."""
    values, lows, highs = parts
    line = draw_line(months, values, name, color, form, **options)
    line["customdata"] = [list(pair) for pair in zip(lows, highs, strict=True)]
    line["hovertemplate"] = (
        f"%{{text}}<br>{name} %{{y:{form}}}<br>%{{customdata[0]:{form}}} to %{{customdata[1]:{form}}}<extra></extra>"
    )
    alone = find_lone(lows)
    line["error_y"] = {
        "type": "data",
        "symmetric": False,
        "array": measure_arms(alone, highs, values),
        "arrayminus": measure_arms(alone, values, lows),
    }
    return [draw_band(months, lows, highs, color), line]


def find_lone(lows: Figures) -> list[bool]:
    """Which months have a figure and none beside them: a band needs two."""
    there = [False, *(low is not None for low in lows), False]
    return [here and not before and not after for before, here, after in zip(there, there[1:], there[2:], strict=False)]


def measure_arms(alone: Sequence[bool], more: Figures, less: Figures) -> list[float]:
    """The length of each error bar."""
    return [
        high - low if here and high is not None and low is not None else 0.0
        for here, high, low in zip(alone, more, less, strict=True)
    ]


def draw_band(months: Sequence[str], lows: Figures, highs: Figures, color: str) -> Trace:
    """The area between lows and highs, one part for each run of months that have both."""
    x: list[str | None] = []
    y: list[float | None] = []
    for run in find_runs(lows):
        x += [*(months[place] for place in run), *(months[place] for place in reversed(run)), None]
        y += [*(highs[place] for place in run), *(lows[place] for place in reversed(run)), None]
    shape = {"mode": "lines", "fill": "toself", "fillcolor": fade(color, 0.18), "line": {"width": 0, "color": color}}
    return {"type": "scatter", "x": x, "y": y, "showlegend": False, "hoverinfo": "skip"} | shape


def find_runs(lows: Figures) -> list[list[int]]:
    """Places of months in a row that have a figure."""
    runs: list[list[int]] = [[]]
    for place, low in enumerate(lows):
        if low is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def fade(color: str, part: float) -> str:
    """A colour that lets its ground through."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{part:g})"
