"""The fit that is kept: on training questions, calibrated and its threshold chosen on others, fit again on all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tagger.calibration import Calibrator
from tagger.cost import Meter
from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.folds import Fold
from tagger.labels import binarize_tags
from tagger.plans import Finish
from tagger.tagger import Settings, Tagger
from tagger.thresholds import Rule
from tagger.validating import Choosing, Scored, join


@dataclass(frozen=True)
class FinalFit:
    """What is learned from (`final`: rows of the dataset) and how it ends."""

    tags: list[str]
    dataset: Dataset
    final: Fold
    finish: Finish
    engine: Engine
    meter: Meter

    def make_choosing(self) -> Choosing:
        """How scores become probabilities and a choice."""
        counts = binarize_tags(self.dataset.take(self.final.train).questions["tags"], self.tags).sum(axis=0)
        return Choosing(self.finish.calibration, self.finish.thresholds, np.asarray(counts).ravel())

    def run(self, settings: Settings, judged: Sequence[Scored] = ()) -> Tagger:
        """The tagger; without validation questions it is calibrated on those of folds, `judged`, if there are any.

        Raises ModelError, CostError.
        """
        if len(self.final.validation):
            return self.fit_and_choose(settings)
        with self.meter.phase("fit"):
            tagger = Tagger(settings, self.tags).fit(self.dataset.take(self.final.train), self.engine)
        fallback = Calibrator(), Rule(self.finish.thresholds.fallback)
        tagger.calibrator, tagger.rule = self.make_choosing().fit(join(judged)) if judged else fallback
        return tagger

    def fit_and_choose(self, settings: Settings) -> Tagger:
        """Fit, calibrate and choose thresholds on validation questions, fit again on all."""
        both = np.sort(np.concatenate([self.final.train, self.final.validation]))
        held_out = self.dataset.take(self.final.validation)
        with self.meter.phase("fit", again=len(both) / len(self.final.train) if self.finish.refit else 0):
            tagger = Tagger(settings, self.tags).fit(self.dataset.take(self.final.train), self.engine, held_out)
        with self.meter.phase("choose"):
            Y = binarize_tags(held_out.questions["tags"], self.tags)
            chosen = self.make_choosing().fit(Scored(self.final.validation, Y, tagger.score_dataset(held_out)))
        if self.finish.refit:
            settled = replace(settings, model_params=tagger.model.settled().model_dump(by_alias=True))
            with self.meter.phase("refit"):
                tagger = Tagger(settled, self.tags).fit(self.dataset.take(both), self.engine)
        tagger.calibrator, tagger.rule = chosen
        return tagger
