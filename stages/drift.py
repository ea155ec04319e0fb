"""Follow the model through the months after the test, one by one: `python -m stages.drift`."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stages.answers import answer_held_out
from stages.script import run
from tagger.drift.build import Reference, make_answers, show_rows, view_month, view_reference
from tagger.drift.evidently import Report, report_drift
from tagger.drift.follow import Follower
from tagger.drift.params import DriftParams
from tagger.drift.record import Record
from tagger.drift.tables import summarize, tabulate_months, tabulate_tags
from tagger.drift.views import View, Words
from tagger.engine import Engine
from tagger.features import number_spaces
from tagger.io import read_json, read_months, read_table, write_csv, write_json, write_text
from tagger.params import parse_section
from tagger.tagger import Tagger

CLEAN = Path("data/clean")
OUT = Path("metrics/drift")
PLOTS = Path("metrics/plots/drift")
HTML = Path("reports/drift")


def main(params: dict[str, Any], engine: Engine) -> str:
    drift = parse_section(DriftParams, params.get("drift"), "drift")
    tagger = Tagger.load(Path("models/tagger"))
    plan = read_json(Path("data/split/plan.json"))
    months = plan["followed"][: drift.months]
    reference = load_reference(tagger, plan, drift)
    trained = read_table(Path("data/split/tags.parquet"))["count"].to_numpy()
    follower = Follower(reference, drift, tagger.tags, trained)
    shutil.rmtree(HTML, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)  # DVC wants it, also where no month is followed
    records = []
    for month in engine.watch(months, len(months), "months"):
        questions = read_months(CLEAN, [month])
        view = view_month(month, questions, tagger, reference.known)
        records.append(follower.follow(view))
        write_json(OUT / f"{month}.json", [records[-1].as_dict()])
    write_csv(PLOTS / "months.csv", tabulate_months(records))
    summary = summarize(records)
    write_json(Path("metrics/drift.json"), summary)
    return str(summary)


def load_reference(tagger: Tagger, plan: dict[str, list[str]], drift: DriftParams) -> Reference:
    """The questions of the months that `drift.reference` names, and the answers to those held out."""
    months = [month for role in ROLES[drift.reference] for month in plan[role]]
    held_out = answer_held_out(tagger)
    first = ~held_out.questions["question_id"].duplicated().to_numpy()
    questions = held_out.questions[first]
    words = Words.of(number_spaces(questions))
    answers = make_answers(tagger, questions, held_out.scores[first], held_out.predicted[first], words)
    return view_reference(lambda: (read_months(CLEAN, [month]) for month in months), answers, drift)


ROLES = {"learned": ("train", "validation", "test"), "train": ("train", "validation"), "test": ("test",)}


if __name__ == "__main__":
    run("drift", main)
