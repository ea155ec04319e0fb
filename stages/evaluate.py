"""Measure the model on the test questions: `python -m stages.evaluate`.

Where the strategy holds none out, on those of the folds, answered by models that had not seen them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import csr_matrix

from stages.script import run
from stages.tracking import track_test
from tagger.dataset import load_questions
from tagger.engine import Engine
from tagger.folds import FINAL
from tagger.io import read_arrays, read_table, write_csv, write_json, write_table
from tagger.labels import binarize_tags
from tagger.metrics import (
    measure,
    tabulate_calibration,
    tabulate_confusion,
    tabulate_predictions,
    tabulate_tags,
    trace_thresholds,
)
from tagger.tagger import Tagger
from tagger.validating import unpack_judged

SPLIT = Path("data/split")
PLOTS = Path("metrics/plots/test")


@dataclass(frozen=True)
class Answers:
    """Questions, their probabilities and suggested tags; `estimate`: test (never seen), or cv (of the folds)."""

    questions: pd.DataFrame
    scores: np.ndarray
    predicted: csr_matrix
    estimate: str


def main(params: dict[str, Any], engine: Engine) -> str:  # noqa: ARG001
    tagger = Tagger.load(Path("models/tagger"))
    rows = read_table(SPLIT / "rows.parquet")
    tested = rows[(rows["fold"] == FINAL) & (rows["role"] == "test")]
    answers = answer_test(tagger, tested) if len(tested) else read_folds(rows)
    Y = binarize_tags(answers.questions["tags"], tagger.tags)
    metrics = measure(Y, answers.scores, answers.predicted)
    write_predictions(answers, tagger.tags)
    trained = read_table(SPLIT / "tags.parquet")["count"]
    write_csv(PLOTS / "tags.csv", tabulate_tags(Y, answers.predicted, tagger.tags, trained))
    write_csv(PLOTS / "thresholds.csv", trace_thresholds(Y, answers.scores))
    write_csv(PLOTS / "calibration.csv", tabulate_calibration(Y, answers.scores))
    write_csv(PLOTS / "confusion.csv", tabulate_confusion(Y, answers.predicted, tagger.tags))
    figures = {"estimate": answers.estimate} | metrics
    write_json(Path("metrics/test.json"), figures)
    track_test(params, Path("models/tagger"), figures)
    scope = "" if answers.estimate == "test" else " of the folds (no hold-out)"
    said = f"micro-F1 {metrics['f1_micro']}, precision@1 {metrics['precision_at_1']}"
    return f"{len(answers.questions):,} questions{scope}, {said}"


def answer_test(tagger: Tagger, rows: pd.DataFrame) -> Answers:
    """What the tagger answers to the questions held out."""
    questions = load_questions(Path("data/clean"), rows)
    scores = tagger.scores(questions)
    return Answers(questions, scores, tagger.rule.choose(scores), "test")


def read_folds(rows: pd.DataFrame) -> Answers:
    """What the folds' models answered to the questions that they had not seen; a bootstrap's more than once."""
    ids, scores, predicted = unpack_judged(read_arrays(Path("data/out_of_fold.npz")))
    questions = load_questions(Path("data/clean"), rows).set_index("question_id")
    return Answers(questions.loc[ids].reset_index(), scores, predicted, "cv")


def write_predictions(answers: Answers, tags: list[str]) -> None:
    """One row for each question, its first answer."""
    table = tabulate_predictions(answers.questions, answers.scores, answers.predicted, tags)
    table = table.drop_duplicates("question_id").sort_values("question_id", ignore_index=True)
    write_table(Path("data/predictions.parquet"), pa.Table.from_pandas(table, preserve_index=False))


if __name__ == "__main__":
    run("evaluate", main)
