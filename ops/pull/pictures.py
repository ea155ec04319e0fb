"""The pictures of a pull request's report: PNG, since a comment runs no scripts; same figures, same bytes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ops.pull.facts import Facts
from tagger.calibration import group_tags
from tagger.io import replacing

# Okabe and Ito's blue and vermilion, told apart by the colour-blind, too.
COLORS = {"base": "#0072b2", "head": "#d55e00"}
MARKS = {"base": "o", "head": "s"}
GROUPS = 5


def draw_pictures(folder: Path, facts: Facts) -> dict[str, str]:
    """Write the pictures that the figures allow; file names and what each shows. Others of ours go."""
    shown = {}
    for name, (title, draw) in PICTURES.items():
        figure = start_figure()
        if draw(figure.gca(), facts):
            save(folder / name, figure)
            shown[name] = title
        else:
            (folder / name).unlink(missing_ok=True)
    return shown


def start_figure() -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.6), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def save(path: Path, figure: Any) -> None:
    """Without matplotlib's version, which is all that would change."""
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})


def draw_months(axes: Any, facts: Facts) -> bool:
    """Micro-F1 of the followed months with its 95% band; alarms are ringed."""
    tables = {name: side.tables["months"] for name, side in facts.sides.items() if len(side.tables["months"])}
    months = sorted({month for table in tables.values() for month in table["month"]})
    place = {month: number for number, month in enumerate(months)}
    for name, table in tables.items():
        x = table["month"].map(place)
        axes.plot(x, table["f1_micro"], color=COLORS[name], marker=MARKS[name], markersize=4, label=name)
        axes.fill_between(x, table["f1_low"], table["f1_high"], color=COLORS[name], alpha=0.12, linewidth=0)
        alarmed = table["verdict"] != "ok"
        ring = {"s": 90, "facecolors": "none", "edgecolors": COLORS[name], "linewidths": 1.4}
        axes.scatter(x[alarmed], table.loc[alarmed, "f1_micro"], **ring)
    axes.set_xticks(range(len(months)), months, rotation=45 if len(months) > 8 else 0)
    return finish(axes, "", "micro-F1") if tables else False


def draw_curves(axes: Any, facts: Facts) -> bool:
    """Precision against recall on the test questions, over the thresholds."""
    tables = {name: side.tables["curve"] for name, side in facts.sides.items() if len(side.tables["curve"])}
    for name, table in tables.items():
        style = {"linestyle": "-" if name == "base" else "--", "linewidth": 1.8}
        axes.plot(table["recall"], table["precision"], color=COLORS[name], label=name, **style)
    return finish(axes, "recall", "precision") if tables else False


def draw_groups(axes: Any, facts: Facts) -> bool:
    """Micro-F1 by how often the tags were seen in training, in groups of as many tags."""
    if not len(facts.base.tables["tags"]) or not len(facts.head.tables["tags"]):
        return False
    table = group_scores(facts.base.tables["tags"], facts.head.tables["tags"])
    x = np.arange(len(table))
    for shift, name in ((-0.2, "base"), (0.2, "head")):
        axes.bar(x + shift, table[name], width=0.38, color=COLORS[name], label=name)
    axes.set_xticks(x, table.index)
    return finish(axes, "training questions of a tag", "micro-F1 on the test questions")


def group_scores(base: pd.DataFrame, head: pd.DataFrame) -> pd.DataFrame:
    """Micro-F1 of both by group; a tag that one has not learned is missed there."""
    both = base.merge(head, on="tag", how="outer", suffixes=("_base", "_head")).sort_values("tag", ignore_index=True)
    trained = both[["trained_base", "trained_head"]].max(axis=1).to_numpy()
    both["group"] = group_tags(trained, min(GROUPS, len(both)))
    both["true_base"], both["true_head"] = (
        both["true_base"].fillna(both["true_head"]),
        both["true_head"].fillna(both["true_base"]),
    )
    sums = both.fillna(0).groupby("group").sum(numeric_only=True)
    spans = pd.Series(trained).groupby(both["group"]).agg(["min", "max"]).astype(int)
    labels = [f"{low}" if low == high else f"{low} to {high}" for low, high in spans.itertuples(index=False)]
    sizes = {name: sums[f"true_{name}"] + sums[f"suggested_{name}"] for name in COLORS}
    f1 = {name: (2 * sums[f"hits_{name}"] / sizes[name].clip(lower=1)).to_list() for name in COLORS}
    return pd.DataFrame(f1, index=labels)


def finish(axes: Any, x: str, y: str) -> bool:
    """Names of the axes and of the sides."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
    return True


PICTURES: dict[str, tuple[str, Callable[[Any, Facts], bool]]] = {
    "months.png": ("Micro-F1 of the followed months with 95% bands, alarms ringed", draw_months),
    "curves.png": ("Precision against recall on the test questions", draw_curves),
    "groups.png": ("F1 by how often a tag was seen in training, groups of as many tags", draw_groups),
}
