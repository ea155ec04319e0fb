"""Measure the model on the test questions: `python -m stages.evaluate`."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from stages.script import run
from stages.tracking import track_test
from tagger.dataset import load_questions
from tagger.engine import Engine
from tagger.io import read_table, write_csv, write_json, write_table
from tagger.labels import binarize_tags
from tagger.metrics import measure, tabulate_calibration, tabulate_predictions, tabulate_tags, trace_thresholds
from tagger.tagger import Tagger

SPLIT = Path("data/split")
PLOTS = Path("metrics/plots/test")


def main(params: dict[str, Any], engine: Engine) -> str:  # noqa: ARG001
    tagger = Tagger.load(Path("models/tagger"))
    rows = read_table(SPLIT / "rows.parquet")
    questions = load_questions(Path("data/clean"), rows[rows["role"] == "test"])
    scores = tagger.scores(questions)
    Y = binarize_tags(questions["tags"], tagger.tags)
    predicted = tagger.rule.choose(scores)
    metrics = measure(Y, scores, predicted)
    predictions = tabulate_predictions(questions, scores, predicted, tagger.tags)
    trained = read_table(SPLIT / "tags.parquet")["count"]
    write_table(Path("data/predictions.parquet"), pa.Table.from_pandas(predictions, preserve_index=False))
    write_csv(PLOTS / "tags.csv", tabulate_tags(Y, predicted, tagger.tags, trained))
    write_csv(PLOTS / "thresholds.csv", trace_thresholds(Y, scores))
    write_csv(PLOTS / "calibration.csv", tabulate_calibration(Y, scores))
    write_json(Path("metrics/test.json"), metrics)
    track_test(params, Path("models/tagger"), metrics)
    return f"{len(questions):,} questions, micro-F1 {metrics['f1_micro']}, precision@1 {metrics['precision_at_1']}"


if __name__ == "__main__":
    run("evaluate", main)
