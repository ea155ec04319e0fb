"""Is one revision better than another? `python -m ops.compare [REV [REV]]`: by metric with intervals, and by tag.

A revision is a commit, branch, tag or experiment, or `workspace`. One is compared with the workspace; without any,
HEAD is. docs/metrics.md says how to read it.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from ops.comparison import DRAWS, Comparison, compare_revisions, label
from ops.markdown import draw_table
from ops.revisions import WORKSPACE, Revision, Source
from tagger.comparison import BETTER, WORSE
from tagger.errors import TaggerError
from tagger.io import write_csv
from tagger.mcnemar import LEAST, LEVEL

# Of the tags that gained or lost significantly, so many are printed.
SHOWN = 10


def main() -> None:
    options = parse_options()
    names = [*options.revisions, WORKSPACE] if options.revisions else ["HEAD", WORKSPACE]
    try:
        comparison = compare_revisions(*names[:2], draws=options.draws, seed=options.seed)
    except TaggerError as error:
        sys.stderr.write(f"compare: {error}\n")
        sys.exit(error.exit_code)
    if options.tags:
        write_csv(options.tags, comparison.tags)
    print(json.dumps(list_comparison(comparison), indent=2) if options.json else draw_comparison(comparison))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.compare", description="Is one revision better than another?")
    parser.add_argument("revisions", metavar="REV", nargs="*", help="commit, branch, tag, experiment or workspace")
    parser.add_argument("--tags", metavar="FILE.csv", type=Path, help="write the table of every tag")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--draws", type=int, default=DRAWS, help="bootstrap draws, at least 100 (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if len(options.revisions) > 2:
        parser.error(f"{len(options.revisions)} revisions are named and two can be compared")
    if options.draws < 100 or options.seed < 0:
        parser.error(f"--draws is {options.draws} and --seed {options.seed}: at least 100 and at least 0 are needed")
    return options


def draw_comparison(comparison: Comparison) -> str:
    """Tables of at most 120 columns, in Markdown."""
    first, second = comparison.first, comparison.second
    title = f"{describe(first)} against {describe(second)}, on {comparison.questions:,} questions"
    header = ["metric", label(first), label(second), "change", "95% interval", "verdict"]
    metrics = draw_table(header, (draw_metric(row) for row in comparison.metrics.to_dict("records")))
    intervals = (
        f"Intervals: 95% of {comparison.draws:,} paired bootstrap draws of the questions; each stands for itself. "
        "The verdict is on the second."
    )
    facts = draw_facts(first, second)
    return "\n\n".join([title, facts, *comparison.notes, metrics, intervals, *draw_tags(comparison.tags)])


def describe(revision: Revision | Source) -> str:
    """Name and commit."""
    return revision.name if revision.commit is None else f"{revision.name} ({revision.commit[:7]})"


def draw_facts(first: Revision, second: Revision) -> str:
    """Model, sizes and cost of both."""
    columns = []
    for revision in (first, second):
        facts, seconds = list_facts(revision), revision.cost.get("seconds", {}).get("total")
        sizes = [f"{facts['questions']:,}", f"{facts['learned_tags']:,}"]
        cost = [str(seconds or "-"), str(revision.cost.get("memory_mb", "-")), revision.cost.get("device", "-")]
        columns.append([facts["model"] or "-", facts["estimate"] or "-", *sizes, *cost])
    names = ["model", "estimate", "questions", "learned tags", "training, s", "peak memory, MB", "device"]
    return draw_table(["", label(first), label(second)], zip(names, *columns, strict=True))


def draw_metric(row: dict[str, Any]) -> list[str]:
    """One metric's cells."""
    values = [draw_figure(row["first"]), draw_figure(row["second"]), draw_figure(row["change"], "+.5f")]
    interval = "-" if pd.isna(row["low"]) else f"{row['low']:+.5f} to {row['high']:+.5f}"
    return [row["metric"], *values, interval, row["verdict"] or "-"]


def draw_figure(value: float, form: str = ".5f") -> str:
    return "-" if pd.isna(value) else format(value, form)


def draw_tags(tags: pd.DataFrame) -> Iterator[str]:
    """How many tags were tested, and those that gained or lost most surely."""
    tested = int(tags["p_adjusted"].notna().sum())
    better, worse = (tags[tags["verdict"] == verdict] for verdict in (BETTER, WORSE))
    yield (
        f"By tag: {tested:,} of {len(tags):,} tested (the two differ on at least {LEAST} questions), {len(better):,} "
        f"better, {len(worse):,} worse\nat a false discovery rate of {LEVEL:.0%} (exact McNemar, Benjamini-Hochberg)."
    )
    header = ["tag", "true", "F1 first", "F1 second", "only first right", "only second right", "p adjusted"]
    for verdict, part in ((BETTER, better), (WORSE, worse)):
        if len(part):
            most = f", {SHOWN} of them" if len(part) > SHOWN else ""
            yield f"{verdict.capitalize()}{most}:"
            yield draw_table(header, (draw_tag(row) for row in part.head(SHOWN).to_dict("records")))


def draw_tag(row: dict[str, Any]) -> list[str]:
    """One tag's cells."""
    counts = [str(row["only_first_right"]), str(row["only_second_right"])]
    f1 = [f"{row['f1_first']:.3f}", f"{row['f1_second']:.3f}"]
    return [row["tag"], str(row["true"]), *f1, *counts, f"{row['p_adjusted']:.2g}"]


def list_comparison(comparison: Comparison) -> dict[str, Any]:
    """Everything for JSON, every tag too; None where a figure is not known."""
    sides = {"first": list_facts(comparison.first), "second": list_facts(comparison.second)}
    counts = {"questions": comparison.questions, "draws": comparison.draws, "notes": comparison.notes}
    return sides | counts | {"metrics": list_rows(comparison.metrics), "tags": list_rows(comparison.tags)}


def list_facts(revision: Revision) -> dict[str, Any]:
    """What is known of a revision besides what it suggests."""
    return {
        "name": revision.name,
        "commit": revision.commit,
        "model": revision.model,
        "estimate": revision.metrics.get("estimate"),
        "questions": len(revision.predictions),
        "learned_tags": len(revision.tags),
        "cost": revision.cost or None,
    }


def list_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON, floats with six digits."""
    return [{name: simplify(value) for name, value in row.items()} for row in frame.to_dict("records")]


def simplify(value: Any) -> Any:
    if pd.isna(value):
        return None
    return float(f"{value:.6g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
