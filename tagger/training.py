"""One training: fit, choose the threshold on validation questions, fit again on all."""

import numpy as np

from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.labels import binarize_tags
from tagger.params import Section
from tagger.tagger import Settings, Tagger
from tagger.thresholds import ThresholdParams, choose_threshold


class TrainParams(Section):
    """Section `train`. `refit`: fit again on training and validation questions once the threshold is chosen."""

    seed: int = 0
    refit: bool = True


def train_tagger(
    settings: Settings,
    tags: list[str],
    dataset: Dataset,
    validation: np.ndarray,
    refit: bool,
    thresholds: ThresholdParams,
    engine: Engine,
) -> Tagger:
    """Train on the rows that the mask `validation` leaves out. Raises ModelError."""
    trained = fit_tagger(settings, tags, dataset.take(~validation), engine)
    held_out = dataset.take(validation)
    threshold = thresholds.fallback
    if validation.any():
        Y = binarize_tags(held_out.questions["tags"], tags)
        threshold = choose_threshold(Y, trained.scores(held_out.questions, held_out.counts), thresholds)
        if refit:
            trained = fit_tagger(settings, tags, dataset, engine)
    trained.threshold = threshold
    return trained


def fit_tagger(settings: Settings, tags: list[str], dataset: Dataset, engine: Engine) -> Tagger:
    """A tagger that learned from all rows."""
    return Tagger(settings, tags).fit(dataset.questions, dataset.counts, engine)
