"""Fit a tagger as the stage `train` does, in a process of its own, and say what it took: `python -m bench.fit`."""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from bench.build import Learned, load_learned, read_params
from bench.method import read_peak
from tagger.calibration import CalibrationParams, Calibrator
from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.labels import LabelParams, binarize_tags, choose_tags
from tagger.metrics import measure
from tagger.params import parse_section
from tagger.tagger import Settings, Tagger
from tagger.text import CleanParams
from tagger.thresholds import Rule, ThresholdParams, choose_threshold
from tagger.vectorizer import FeatureParams

JOBS = 2
MEGABYTE = 1 << 20


def parse_args() -> argparse.Namespace:
    """What to fit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--coverage", type=float, help="of the tags; those of the run where it is not given")
    parser.add_argument("--repeat", type=int, default=1, help="times that every question comes")
    parser.add_argument("--all", action="store_true", help="learn from the validation questions too")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--prune", type=float)
    return parser.parse_args()


def make_settings(args: argparse.Namespace) -> Settings:
    """params.yaml with what the arguments change; a term that comes more often must be so much more frequent."""
    params = read_params()
    asked = {name: getattr(args, name) for name in ("epochs", "prune") if getattr(args, name) is not None}
    for group in params["features"].values():
        if isinstance(group, dict) and "min_df" in group:
            group["min_df"] *= args.repeat
    features = parse_section(FeatureParams, params["features"], "features")
    clean = parse_section(CleanParams, params["clean"], "clean")
    return Settings("linear", params["models"]["linear"] | asked, features, clean, params["train"]["seed"])


def repeat_questions(dataset: Dataset, times: int) -> Dataset:
    """The same questions under other ids, read from disk each time they come."""
    step = int(dataset.questions["question_id"].max()) + 1
    frames = [
        dataset.questions.assign(question_id=dataset.questions["question_id"] + number * step)
        for number in range(times)
    ]
    return Dataset(pd.concat(frames, ignore_index=True), list(dataset.parts) * times)


def join_questions(learned: Learned) -> Dataset:
    """Training and validation questions."""
    questions = pd.concat([learned.train.questions, learned.validation.questions], ignore_index=True)
    return Dataset(questions, [*learned.train.parts, *learned.validation.parts])


def choose(args: argparse.Namespace, learned: Learned) -> list[str]:
    """The tags to learn."""
    if args.coverage is None:
        return learned.tags
    chosen: list[str] = choose_tags(learned.train.questions["tags"], LabelParams(coverage=args.coverage))[
        "tag"
    ].tolist()
    return chosen


def settle(tagger: Tagger, learned: Learned) -> dict[str, Any]:
    """Calibrate and choose the threshold as training does; micro-F1 on the same questions."""
    Y = binarize_tags(learned.validation.questions["tags"], tagger.tags)
    counts = np.asarray(binarize_tags(learned.train.questions["tags"], tagger.tags).sum(axis=0)).ravel()
    scores = tagger.score_dataset(learned.validation)
    tagger.calibrator = Calibrator().fit(Y, scores, counts, CalibrationParams())
    probabilities = tagger.calibrator.apply(scores)
    tagger.rule = Rule(choose_threshold(Y, probabilities, ThresholdParams()))
    return measure(Y, probabilities, tagger.rule.choose(probabilities))


def size_files(folder: Path) -> dict[str, float]:
    """Megabytes of each file."""
    return {path.name: path.stat().st_size / MEGABYTE for path in sorted(folder.iterdir())}


def main() -> None:
    args = parse_args()
    learned = load_learned(args.data)
    dataset = repeat_questions(join_questions(learned) if args.all else learned.train, args.repeat)
    tagger = Tagger(make_settings(args), choose(args, learned))
    start = time.perf_counter()
    with threadpool_limits(1):
        tagger.fit(dataset, Engine(JOBS))
    figures: dict[str, Any] = {"fit_s": time.perf_counter() - start, "peak_mb": read_peak()}
    figures |= {"rows": len(dataset.questions), "tags": len(tagger.tags), "features": tagger.vectorizer.columns}
    if not args.all and args.repeat == 1:
        figures |= settle(tagger, learned)
    tagger.save(args.out / "tagger", {})
    figures["files_mb"] = size_files(args.out / "tagger")
    (args.out / "figures.json").write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
