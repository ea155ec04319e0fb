"""A fold made ready once, for every model that is tried on it: features fitted to its training questions alone."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.folds import Fold
from tagger.labels import binarize_tags
from tagger.models.base import Examples, Inputs
from tagger.tagger import Settings, Tagger, make_model


@dataclass(frozen=True)
class Prepared:
    """What is learned from and what is scored, features in files; `rows` are the numbers of what is scored."""

    train: Examples
    validation: Examples
    rows: np.ndarray


def prepare_fold(settings: Settings, tags: list[str], dataset: Dataset, numbered: tuple[Path, Fold]) -> Prepared:
    """Features of one fold, in files below a folder."""
    folder, fold = numbered
    tagger = Tagger(settings, tags)
    train, held_out = dataset.take(fold.train), dataset.take(fold.validation)
    if tagger.model.weighs:
        tagger.vectorizer.fit(train.read)
    examples = [
        Examples(tagger.prepare(part, folder / name), binarize_tags(part.questions["tags"], tags))
        for name, part in (("train", train), ("validation", held_out))
    ]
    return Prepared(examples[0], examples[1], fold.validation)


def score_fold(settings: Settings, tags: list[str], prepared: Prepared, share: float = 1.0) -> np.ndarray:
    """Scores (questions x tags, float32) of the held-out questions by a model of this fold, or of a share of it."""
    train = take_share(prepared.train, share)
    # A sum that is dealt out to threads depends on how many there are.
    with threadpool_limits(1):
        model = make_model(settings, tags).fit(train.inputs, train.Y, Engine(1), prepared.validation)
        return model.scores(prepared.validation.inputs)


def take_share(examples: Examples, share: float) -> Examples:
    """Rows spread evenly over all."""
    if share >= 1:
        return examples
    count = examples.Y.shape[0]
    rows = np.linspace(0, count - 1, max(2, round(count * share))).astype(int)
    return take_rows(examples, rows)


def take_rows(examples: Examples, rows: np.ndarray) -> Examples:
    """Some rows, features in memory."""
    questions = examples.inputs.questions.iloc[rows].reset_index(drop=True)
    return Examples(Inputs.of(questions, examples.inputs.X[rows]), examples.Y[rows])
