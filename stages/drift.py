"""Follow the months after the test, one by one: `python -m stages.drift`."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stages.script import run
from tagger.dataset import load_questions
from tagger.drift.evidently import (
    DriftParams,
    Report,
    describe_questions,
    record_month,
    report_drift,
    summarize_months,
    tabulate_months,
)
from tagger.engine import Engine
from tagger.features import number_spaces
from tagger.io import read_json, read_months, read_table, write_csv, write_json, write_text
from tagger.labels import binarize_tags
from tagger.metrics import measure
from tagger.params import parse_section
from tagger.tagger import Tagger

CLEAN = Path("data/clean")
OUT = Path("metrics/drift")
HTML = Path("reports/drift")


def main(params: dict[str, Any], engine: Engine) -> str:
    drift = parse_section(DriftParams, params.get("drift"), "drift")
    tagger = Tagger.load(Path("models/tagger"))
    followed = read_json(Path("data/split/plan.json"))["followed"]
    warnings = read_json(Path("metrics/data.json"))["warnings"]
    test_metrics = read_json(Path("metrics/test.json"))
    reference = describe_reference(tagger) if followed else None
    shutil.rmtree(HTML, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)  # DVC wants it, also where no month is followed
    records = []
    for month in engine.watch(followed, len(followed), "months"):
        described, metrics = describe_month(tagger, read_months(CLEAN, [month]))
        report = report_drift(reference, described, drift) if len(described) >= drift.min_questions else None
        records.append(record_month(month, len(described), metrics, report, warnings, drift))
        write_report(month, records[-1], report)
    summary = summarize_months(records, test_metrics, drift)
    write_csv(Path("metrics/plots/drift/months.csv"), tabulate_months(records))
    write_json(Path("metrics/drift.json"), summary)
    write_json(HTML / "drift.json", summary)  # so that one can tell what figures the pages are of
    return describe_summary(summary)


def write_report(month: str, record: dict[str, Any], report: Report | None) -> None:
    """A month's figures; as a list, since DVC would show every number in an object as a metric of its own."""
    write_json(OUT / f"{month}.json", [record])
    if report:
        write_text(HTML / f"{month}.html", report.html)


def describe_summary(summary: dict[str, Any]) -> str:
    """The summary in words."""
    if not summary["months"]:
        return "no month is followed: split.followed is 0, or there are too few months"
    counts = f"{summary['months']} months, {summary['drifted_months']} drifted, {summary['warnings']} warnings"
    return f"{counts}, mean micro-F1 {summary.get('f1_micro_mean', 'unknown')}"


def describe_reference(tagger: Tagger) -> pd.DataFrame:
    """The numbers of the questions that evaluate measured on, as answered there: without a hold-out the model that is
    kept has learned from them."""
    answers = read_table(Path("data/predictions.parquet"))
    questions = load_questions(CLEAN, answers)
    answers = answers.set_index("question_id").loc[questions["question_id"]]
    best, suggested = answers["scores"].str[0].to_numpy(np.float64), answers["suggested"].str.len().to_numpy()
    return describe_questions(questions, number_spaces(questions), tagger.vectorizer, best, suggested)


def describe_month(tagger: Tagger, questions: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The numbers that describe each question, and the metrics over all."""
    spaces = number_spaces(questions)
    scores = tagger.scores(questions, spaces)
    suggested = tagger.rule.choose(scores)
    best, sizes = scores.max(axis=1).astype(np.float64), np.diff(suggested.indptr)
    described = describe_questions(questions, spaces, tagger.vectorizer, best, sizes)
    return described, measure(binarize_tags(questions["tags"], tagger.tags), scores, suggested)


if __name__ == "__main__":
    run("drift", main)
