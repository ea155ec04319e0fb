"""Make questions to learn from out of what callers corrected, where that is enabled: `python -m stages.feedback`."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.script import run
from tagger.cleaning import clean_month
from tagger.engine import Engine
from tagger.feedback import FeedbackParams, resolve_votes
from tagger.io import write_table
from tagger.params import parse_section
from tagger.rules import RulesParams, find_broken_rows
from tagger.tables import CLEAN, make_table
from tagger.text import CleanParams
from tagger.votes import read_votes

OUT = Path("data/corrections.parquet")


def main(params: dict[str, Any], engine: Engine) -> str:  # noqa: ARG001
    feedback = parse_section(FeedbackParams, params.get("feedback"), "feedback")
    clean = parse_section(CleanParams, params.get("clean"), "clean")
    rules = parse_section(RulesParams, params.get("validate"), "validate")
    if not feedback.enabled:
        write_table(OUT, CLEAN.empty_table())
        return "off, nothing is learned from it"
    raw, notes = resolve_votes(read_votes(feedback.folder), feedback, clean)
    cleaned, _ = clean_month(raw.to_pandas(), np.ones(len(raw), dtype=bool), clean)
    kept = keep_sound(cleaned, rules)
    notes |= {"broken": len(cleaned) - len(kept), "questions": len(kept)}
    write_table(OUT, kept)  # without the notes: a vote that changes no question must not train anew
    return describe(notes)


def keep_sound(table: pa.Table, rules: RulesParams) -> pa.Table:
    """The questions that break no rule: unlike a source's, a caller's slip must not stop the pipeline."""
    questions = table.to_pandas().astype({"created": "datetime64[ms, UTC]"})  # as Parquet gives it back
    sound = []
    for month, rows in questions.groupby(questions["created"].dt.strftime("%Y-%m")):
        rows = rows.reset_index(drop=True)
        broken = {row for found in find_broken_rows(str(month), rows, rules).values() for row in found}
        sound.append(rows.drop(index=sorted(broken)))
    return make_table(pd.concat(sound), CLEAN) if sound else table


def describe(notes: dict[str, int]) -> str:
    """The counts in words."""
    reasons = {
        "over_cap": "beyond a caller's feedback.most_per_caller",
        "no_majority": "without a majority",
        "few_callers": "with a tag of fewer callers than feedback.min_callers",
        "broken": "against a rule of validate",
    }
    left = [f"{notes[name]:,} {reason}" for name, reason in reasons.items() if notes[name]]
    passed = f"; passed over: {', '.join(left)}" if left else ""
    return (
        f"{notes['questions']:,} questions from {notes['corrections']:,} corrections in {notes['votes']:,} votes of "
        f"{notes['callers']:,} callers{passed}"
    )


if __name__ == "__main__":
    run("feedback", main)
