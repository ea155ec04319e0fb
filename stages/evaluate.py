"""Measure the model on the test questions: `python -m stages.evaluate`.

Where the strategy holds none out, on those of the folds, answered by models that had not seen them.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa

from stages.answers import Answered, answer_held_out
from stages.script import run
from stages.tracking import track_test
from tagger.engine import Engine
from tagger.io import read_table, write_csv, write_json, write_table
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

SPLIT = Path("data/split")
PLOTS = Path("metrics/plots/test")


def main(params: dict[str, Any], engine: Engine) -> str:  # noqa: ARG001
    tagger = Tagger.load(Path("models/tagger"))
    answers = answer_held_out(tagger)
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


def write_predictions(answers: Answered, tags: list[str]) -> None:
    """One row for each question, its first answer."""
    table = tabulate_predictions(answers.questions, answers.scores, answers.predicted, tags)
    table = table.drop_duplicates("question_id").sort_values("question_id", ignore_index=True)
    write_table(Path("data/predictions.parquet"), pa.Table.from_pandas(table, preserve_index=False))


if __name__ == "__main__":
    run("evaluate", main)
