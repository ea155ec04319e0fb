"""Three models of the bundled sample that differ in how much they learned from, and questions that none of them saw."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from stages.script import read_params
from tagger.errors import TaggerError
from tagger.folds import FINAL
from tagger.io import read_table
from tagger.tagger import Tagger

ROOT = Path(__file__).parents[2]
STAGES = ("fetch", "clean", "feedback", "split", "featurize", "train", "evaluate")
LAST, ASKED = "2024-02", ("2024-01", "2024-02")
# The month from which on each learns, up to 2023-11, and whether the month of validation is learned from in the end.
LEARNED = {"A": ("2023-07", True), "B": ("2023-10", False), "C": ("2023-01", True)}


class TrainingError(TaggerError):
    """A stage fails."""


@dataclass(frozen=True)
class Question:
    """As a caller types it, and the tags that are right."""

    title: str
    body: str
    tags: frozenset[str]


def train(folder: Path, first: str, refit: bool) -> Path:
    """Run the stages in a folder of their own. Raises TrainingError."""
    folder.mkdir(parents=True)
    params = read_params(ROOT / "params.yaml")
    params["fetch"] |= {"from": first, "to": LAST}
    params["split"] |= {"followed": len(ASKED)}
    params["train"] |= {"refit": refit}
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    (folder / "data/import").mkdir(parents=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TAGGER_CACHE": str(folder / "cache")}
    for stage in STAGES:
        command = [sys.executable, "-m", f"stages.{stage}"]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise TrainingError(f"stage {stage} ended with code {done.returncode} in {folder}: {done.stderr.strip()}")
    return folder


def count_learned(folder: Path, refit: bool) -> int:
    """Questions that a model's last fit has seen."""
    rows = read_table(folder / "data/split/rows.parquet")
    roles = ["train", "validation"] if refit else ["train"]
    return int(((rows["fold"] == FINAL) & rows["role"].isin(roles)).sum())


def read_questions(folder: Path) -> list[Question]:
    """Of the months after the test, as they were fetched."""
    tables = [pd.read_parquet(folder / f"data/raw/{month}.parquet") for month in ASKED]
    rows = pd.concat(tables)[["title", "body", "tags"]]
    return [Question(title, body, frozenset(tags)) for title, body, tags in rows.itertuples(index=False)]


def measure(folder: Path, questions: Sequence[Question]) -> float:
    """Micro-F1 of what a model suggests, over all tags of the questions, those that it never learned as well."""
    tagger = Tagger.load(folder / "models/tagger")
    scores = np.stack([tagger.score_question(question.title, question.body) for question in questions])
    chosen = tagger.rule.choose(scores).tolil().rows
    suggested = [{tagger.tags[tag] for tag in row} for row in chosen]
    hits = sum(len(tags & question.tags) for tags, question in zip(suggested, questions, strict=True))
    named = sum(map(len, suggested)) + sum(len(question.tags) for question in questions)
    return round(2 * hits / named, 3)
