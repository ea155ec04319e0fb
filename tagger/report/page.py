"""One HTML page that ties the followed months together, from their records; it needs no network."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tagger.io import write_text
from tagger.report.charts import draw_charts
from tagger.report.headline import describe_latest
from tagger.report.heatmap import chart_tags
from tagger.report.rows import list_alarms, list_months, list_tags

PAGE, SCRIPT = "index.html", "plotly.min.js"
Records = Sequence[Mapping[str, Any]]


def write_page(folder: Path, records: Records, tags: pd.DataFrame, linked: Collection[str]) -> Path:
    """Write the page and Plotly's script beside it; returns its path."""
    from plotly.offline import get_plotlyjs

    write_text(folder / SCRIPT, get_plotlyjs())
    write_text(folder / PAGE, render_page(records, tags, linked))
    return folder / PAGE


def render_page(records: Records, tags: pd.DataFrame, linked: Collection[str]) -> str:
    """The page of months in their order, as in metrics/drift/*.json.

    `tags`: columns month, tag, share, with a month called `reference`; `linked`: the months that have a page of
    Evidently beside it. The same arguments give the same bytes.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(**describe_page(records, tags, linked))


def describe_page(records: Records, tags: pd.DataFrame, linked: Collection[str]) -> dict[str, Any]:
    """What the template shows; nothing but that there are no months where there are none."""
    if not records:
        return {"latest": None, "script": SCRIPT, "months": []}
    return {
        "latest": describe_latest(records),
        "script": SCRIPT,
        "charts": draw_charts(records) | {"tags": chart_tags(tags, records)},
        "alarms": list_alarms(records),
        "changed": list_tags(records),
        "months": list_months(records, linked),
    }
