"""Follow the model through the months after the test, or those that the service was asked: `python -m stages.drift`."""

import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from stages.following import load_model, read_clean, read_recipe
from stages.script import run
from stages.traffic import list_asked, walk_asked
from tagger.drift.build import Model
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
NONE = {
    "followed": "split.followed is 0, or there are too few months",
    "service": "all that the service was asked is of months that were learned from",
}


def main(params: dict[str, Any], engine: Engine) -> str:
    drift = parse_section(DriftParams, params.get("drift"), "drift")
    plan = Plan(**read_json(Path("data/split/plan.json")))
    warnings = read_json(Path("metrics/data.json"))["warnings"] if drift.labelled else []
    months = plan.followed[: drift.months] if drift.labelled else list_asked(plan, drift)
    shutil.rmtree(HTML, ignore_errors=True)
    steps: list[Step] = []
    reference: Sequence[Sequence[str]] = []
    if months:
        model = load_model(plan, drift)
        reference = list_reference(model, drift)
        steps = list(engine.watch(choose_walk(months, plan, model, params, drift, engine), len(months), "months"))
    write_months(steps, ask_evidently(steps, drift, engine), warnings)
    records = [step.record for step in steps]
    shares = {"reference": reference} | {step.record.month: step.view.tags for step in steps}
    write_csv(PLOTS / "months.csv", tabulate_months(records))
    write_csv(PLOTS / "tags.csv", tabulate_tags(shares, records, SHOWN_TAGS))
    summary = summarize(records, sum(warning["month"] in months for warning in warnings))
    write_json(Path("metrics/drift.json"), summary)
    write_json(HTML / "drift.json", summary)  # so that one can tell what figures the pages are of
    return describe(records, drift)


def choose_walk(
    months: Sequence[str], plan: Plan, model: Model, params: dict[str, Any], drift: DriftParams, engine: Engine
) -> Iterator[Step]:
    """The walk through the months of a source, or of the service."""
    if not drift.labelled:
        return walk_asked(months, model, drift)
    return walk(months, plan.learned, model, read_recipe(params, model.tagger), read_clean, drift, engine)


def list_reference(model: Model, drift: DriftParams) -> Sequence[Sequence[str]]:
    """The tags that shares are compared with: those of the reference's questions, or those suggested to them."""
    view = model.reference.view
    return view.tags if drift.labelled else view.answers.list_suggested(model.tagger.tags)


def ask_evidently(steps: Sequence[Step], drift: DriftParams, engine: Engine) -> dict[str, Report]:
    """Evidently's report of each month with enough questions."""
    asked = [step for step in steps if drift.evidently_rows and step.record.questions >= drift.min_questions]
    pairs = [(step.model.reference.shown, step.shown) for step in asked]
    reports = engine.map(partial(report_pair, params=drift), pairs, "Evidently's reports")
    return {step.record.month: report for step, report in zip(asked, reports, strict=True)}


def report_pair(pair: tuple[pd.DataFrame, pd.DataFrame], params: DriftParams) -> Report:
    """One report, in a worker."""
    return report_drift(*pair, params)


def write_months(steps: Sequence[Step], reports: dict[str, Report], warnings: list[dict[str, Any]]) -> None:
    """Each month's record, as a list, since DVC would show every number in an object as a metric; Evidently's pages."""
    if not steps:
        write_json(OUT / "none.json", [])  # DVC wants the folder, and git keeps none that is empty
    for step in steps:
        month = step.record.month
        report = reports.get(month)
        more = {
            "warnings": [warning for warning in warnings if warning["month"] == month],
            "evidently": report.metrics if report else [],
        }
        write_json(OUT / f"{month}.json", [step.record.as_dict() | more])
        if report:
            write_text(HTML / f"{month}.html", report.html)


def describe(records: Sequence[Record], drift: DriftParams) -> str:
    """The verdicts in words."""
    if not records:
        return f"no month is followed: {NONE[drift.source]}"
    alarms = [f"{record.month} {record.verdict}" for record in records if record.verdict != "ok"]
    return f"{len(records)} months, {', '.join(alarms) if alarms else 'no alarm'}"


if __name__ == "__main__":
    run("drift", main)
