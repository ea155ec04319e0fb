"""What a pull request changes, for its reviewer: `python -m ops.report --base REV [--head REV] [--out FOLDER]`.

Writes report.md and its pictures, for a comment or $GITHUB_STEP_SUMMARY; docs/reports.md says how to read it.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from ops.compare import list_rows
from ops.pull.changes import ABSENT, diff_months
from ops.pull.data import count_tags
from ops.pull.drift import list_drift
from ops.pull.facts import Facts, gather_facts
from ops.pull.page import draw_page
from ops.pull.pictures import draw_pictures
from ops.pull.side import Side
from ops.pull.verdict import DECIDES
from ops.revisions import WORKSPACE
from tagger.errors import TaggerError
from tagger.io import write_text

PAGE = "report.md"


def main() -> None:
    options = parse_options()
    try:
        facts = gather_facts(options.base, options.head)
    except TaggerError as error:
        sys.stderr.write(f"report: {error}\n")
        sys.exit(error.exit_code)
    page = write_report(options.out, facts)
    if options.json:
        print(json.dumps(list_facts(facts) | {"report": str(page)}, indent=2, allow_nan=False, default=str))
    else:
        print(f"{facts.verdict.word}: {facts.verdict.reason}\n{page}")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.report", description="What does a pull request change?")
    parser.add_argument(
        "--base", metavar="REV", required=True, help="commit, branch, tag or experiment to compare with"
    )
    parser.add_argument("--head", metavar="REV", default=WORKSPACE, help="what is proposed (default: %(default)s)")
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=Path("reports/pull"), help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="print the same facts as JSON")
    return parser.parse_args()


def write_report(folder: Path, facts: Facts) -> Path:
    """Write the page with its pictures beside it."""
    page = folder / PAGE
    write_text(page, draw_page(facts, draw_pictures(folder, facts)))
    return page


def list_facts(facts: Facts) -> dict[str, Any]:
    """Everything for JSON; a parameter that a side lacks is missing in its row, a figure not known None."""
    names = ("base", "head")
    params = [
        {"name": name} | {side: value for side, value in zip(names, pair, strict=True) if value is not ABSENT}
        for name, pair in facts.params.items()
    ]
    return {
        "verdict": facts.verdict.word,
        "reason": facts.verdict.reason,
        "decides": DECIDES,
        "base": list_side(facts.base),
        "head": list_side(facts.head),
        "questions": facts.comparison.questions if facts.comparison else None,
        "metrics": list_rows(rename(facts.metrics)),
        "tags": list_rows(rename(facts.comparison.tags)) if facts.comparison else None,
        "params": params,
        "months": diff_months(facts.base, facts.head),
        "stages": [change.as_dict() for change in facts.stages],
        "drift": {name: list_drift(side) for name, side in facts.sides.items()},
        "notes": facts.notes,
    }


def rename(table: pd.DataFrame) -> pd.DataFrame:
    """The first of two is the base here, the second the head."""
    return table.rename(columns=lambda name: name.replace("first", "base").replace("second", "head"))


def list_side(side: Side) -> dict[str, Any]:
    """One revision in short."""
    return {
        "name": side.source.name,
        "commit": side.source.commit,
        "model": side.params.get("model"),
        "estimate": side.test.get("estimate"),
        "learned_tags": count_tags(side),
        "questions": side.data.get("rows"),
        "cost": side.cost or None,
    }


if __name__ == "__main__":
    main()
