"""Follow the model through the months after the test, one by one: `python -m stages.drift`."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stages.following import load_model, read_clean, read_recipe
from stages.script import run
from tagger.drift.evidently import Report, report_drift
from tagger.drift.params import DriftParams
from tagger.drift.record import Record
from tagger.drift.tables import summarize, tabulate_months, tabulate_tags
from tagger.drift.walk import Step, walk
from tagger.engine import Engine
from tagger.io import read_json, write_csv, write_json, write_text
from tagger.params import parse_section
from tagger.splits import Plan

OUT = Path("metrics/drift")
PLOTS = Path("metrics/plots/drift")
HTML = Path("reports/drift")
# Frequent tags in the table of shares, beside those that were in the news.
SHOWN_TAGS = 30


def main(params: dict[str, Any], engine: Engine) -> str:
    drift = parse_section(DriftParams, params.get("drift"), "drift")
    plan = Plan(**read_json(Path("data/split/plan.json")))
    warnings = read_json(Path("metrics/data.json"))["warnings"]
    months = plan.followed[: drift.months]
    shutil.rmtree(HTML, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)  # DVC wants it, also where no month is followed
    records: list[Record] = []
    shares: dict[str, Sequence[Sequence[str]]] = {}
    if months:
        model = load_model(plan, drift)
        shares = {"reference": model.reference.view.tags}
        steps = walk(months, plan.learned, model, read_recipe(params, model.tagger), read_clean, drift, engine)
        for step in engine.watch(steps, len(months), "months"):
            records.append(step.record)
            shares[step.record.month] = step.view.tags
            write_month(step, [warning for warning in warnings if warning["month"] == step.record.month], drift)
    write_csv(PLOTS / "months.csv", tabulate_months(records))
    write_csv(PLOTS / "tags.csv", tabulate_tags(shares, records, SHOWN_TAGS))
    summary = summarize(records, sum(warning["month"] in months for warning in warnings))
    write_json(Path("metrics/drift.json"), summary)
    write_json(HTML / "drift.json", summary)  # so that one can tell what figures the pages are of
    return describe(records)


def write_month(step: Step, warnings: list[dict[str, Any]], drift: DriftParams) -> None:
    """A month's record, as a list, since DVC would show every number in an object as a metric; Evidently's page."""
    report = report_month(step, drift)
    more = {"warnings": warnings, "evidently": report.metrics if report else []}
    write_json(OUT / f"{step.record.month}.json", [step.record.as_dict() | more])
    if report:
        write_text(HTML / f"{step.record.month}.html", report.html)


def report_month(step: Step, drift: DriftParams) -> Report | None:
    """Evidently's report, where that is asked for, of a month with enough questions."""
    if not drift.evidently_rows or step.record.questions < drift.min_questions:
        return None
    return report_drift(step.model.reference.shown, step.shown, drift)


def describe(records: list[Record]) -> str:
    """The verdicts in words."""
    if not records:
        return "no month is followed: split.followed is 0, or there are too few months"
    alarms = [f"{record.month} {record.verdict}" for record in records if record.verdict != "ok"]
    return f"{len(records)} months, {', '.join(alarms) if alarms else 'no alarm'}"


if __name__ == "__main__":
    run("drift", main)
