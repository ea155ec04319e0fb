"""One training: fit, calibrate and choose the thresholds on validation questions, fit again on all."""

from dataclasses import dataclass, replace

import numpy as np
from pydantic import Field

from tagger.calibration import CalibrationParams, Calibrator
from tagger.cost import Meter
from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.labels import binarize_tags
from tagger.params import Section
from tagger.tagger import Settings, Tagger
from tagger.thresholds import Rule, ThresholdParams, choose_rule


class TrainParams(Section):
    """Section `train`. `refit`: fit again on training and validation questions; `max_hours`: refuse longer ones."""

    seed: int = 0
    refit: bool = True
    max_hours: float | None = Field(default=None, gt=0)


@dataclass(frozen=True)
class Finish:
    """What follows the fit."""

    refit: bool
    calibration: CalibrationParams
    thresholds: ThresholdParams


def train_tagger(
    settings: Settings,
    tags: list[str],
    dataset: Dataset,
    validation: np.ndarray,
    finish: Finish,
    engine: Engine,
    meter: Meter,
) -> Tagger:
    """Train on the rows that the mask `validation` leaves out. Raises ModelError, CostError."""
    learned = dataset.take(~validation)
    engine = replace(engine, watch=meter.watching(engine.watch))
    if not validation.any():
        with meter.phase("fit"):
            trained = Tagger(settings, tags).fit(learned, engine)
        trained.rule = Rule(finish.thresholds.fallback)
        return trained
    held_out = dataset.take(validation)
    with meter.phase("fit", again=len(validation) / len(learned.questions) if finish.refit else 0):
        trained = Tagger(settings, tags).fit(learned, engine, held_out)
    with meter.phase("choose"):
        calibrator, rule = finish_tagger(trained, learned, held_out, finish)
    if finish.refit:
        settled = replace(settings, model_params=trained.model.settled().model_dump(by_alias=True))
        with meter.phase("refit"):
            trained = Tagger(settled, tags).fit(dataset, engine)
    trained.calibrator, trained.rule = calibrator, rule
    return trained


def finish_tagger(trained: Tagger, learned: Dataset, held_out: Dataset, finish: Finish) -> tuple[Calibrator, Rule]:
    """Calibration and rule of choice, on questions that the model has not seen."""
    tags = trained.tags
    Y = binarize_tags(held_out.questions["tags"], tags)
    scores = trained.score_dataset(held_out)
    counts = np.asarray(binarize_tags(learned.questions["tags"], tags).sum(axis=0)).ravel()
    calibrator = Calibrator().fit(Y, scores, counts, finish.calibration)
    return calibrator, choose_rule(Y, calibrator.apply(scores), finish.thresholds)
