"""One training as its strategy has it: search, judge on folds, fit, calibrate and choose thresholds, fit on all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tagger.calibration import Calibrator
from tagger.cost import Meter
from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.errors import ParamsError
from tagger.folds import Fold
from tagger.labels import binarize_tags
from tagger.neural.devices import choose_device
from tagger.plans import Finish, Place, Plan
from tagger.prepared import Prepared, prepare_fold, score_fold
from tagger.tagger import Settings, Tagger, make_model
from tagger.thresholds import Rule
from tagger.tuning.task import Task
from tagger.tuning.trials import Trial
from tagger.tuning.tune import take_best, tune
from tagger.validating import Choosing, Judged, Scored, gather, join, judge_folds

# Folds of fewer questions are put together before they are judged.
LEAST_JUDGED = 20


def hear_nothing(number: int, trial: Trial) -> None:
    """For searches within folds, whose trials are not shown."""


@dataclass(frozen=True)
class Trained:
    """The tagger, the search's trials, and the folds' questions as models that had not seen them answer."""

    tagger: Tagger
    trials: Sequence[Trial]
    judged: Sequence[Judged]


@dataclass(frozen=True)
class Training:
    """What one training is made of; `run` makes it."""

    settings: Settings
    tags: list[str]
    dataset: Dataset
    plan: Plan
    finish: Finish
    place: Place
    meter: Meter

    def run(self) -> Trained:
        """Search, judge, fit. Raises ModelError, CostError, ParamsError."""
        self.check()
        trials: Sequence[Trial] = []
        scored: Sequence[Scored] = []
        settings = self.settings
        if self.plan.searches or self.plan.folds:
            with TemporaryDirectory(prefix="folds-", dir=self.place.scratch) as folder:
                prepared = self.prepare(self.plan.compared, Path(folder))
                if self.plan.searches and self.plan.strategy.scheme == "nested_cv":
                    scored = self.score_nested(prepared, Path(folder, "inner"))
                if self.plan.searches:
                    trials, settings = self.search(prepared, self.place)
                if self.plan.folds and not scored:
                    scored = self.score(settings, prepared)
        tagger, judged = self.finish_with(settings, scored)
        return Trained(tagger, trials, judged)

    @property
    def many(self) -> Engine:
        """The engine for many fits: one at a time where this machine's GPU makes them. Raises ModelError."""
        device = getattr(make_model(self.settings, self.tags).params, "device", "cpu")
        on_gpu = choose_device(device, f"models.{self.settings.model}").startswith("cuda") if device != "cpu" else False
        return replace(self.place.many, jobs=1) if on_gpu and self.place.many.is_local else self.place.many

    def check(self) -> None:
        """Raises ParamsError for a search that has nothing to compare trials on."""
        if self.plan.searches and not self.plan.compared:
            raise ParamsError(
                f"search.method is {self.plan.search.method} and the scheme {self.plan.strategy.scheme} leaves no "
                "question to compare trials on: choose another strategy, or set search.method to none"
            )

    def prepare(self, folds: Sequence[Fold], folder: Path) -> list[Prepared]:
        """Features of every fold, in files below a folder."""
        numbered = [(folder / str(number), fold) for number, fold in enumerate(folds)]
        make = partial(prepare_fold, self.settings, self.tags, self.dataset)
        with self.meter.phase("prepare"):
            return self.place.many.map(make, numbered, "folds prepared")

    def search(self, prepared: Sequence[Prepared], place: Place) -> tuple[Sequence[Trial], Settings]:
        """The trials, and the settings with the best one's parameters."""
        search = self.plan.search
        task = Task(self.settings, self.tags, prepared, search.params.score, place.digest, place.cache)
        with self.meter.phase("search"):
            trials = tune(search, task, self.many, place.storage, self.meter, place.log)
        return trials, replace(self.settings, model_params=take_best(task, trials))

    def score(self, settings: Settings, prepared: Sequence[Prepared]) -> list[Scored]:
        """The held-out questions of every fold."""
        with self.meter.phase("validate"):
            scores = self.many.map(partial(score_fold, settings, self.tags), prepared, "folds")
        return [Scored(fold.rows, fold.validation.Y, found) for fold, found in zip(prepared, scores, strict=True)]

    def score_nested(self, prepared: Sequence[Prepared], folder: Path) -> list[Scored]:
        """Each fold by the parameters that a search within its training rows chose."""
        scored = []
        for number, (fold, outer) in enumerate(zip(self.plan.folds, prepared, strict=True)):
            place = replace(self.place, digest=f"{self.place.digest}-{number}", log=hear_nothing)
            _, settings = self.search(self.prepare(fold.inner, folder / str(number)), place)
            scored += self.score(settings, [outer])
        return scored

    def finish_with(self, settings: Settings, scored: Sequence[Scored]) -> tuple[Tagger, list[Judged]]:
        """The tagger that is kept, calibrated on validation questions or on those of the folds."""
        final = self.plan.final
        counts = binarize_tags(self.dataset.take(final.train).questions["tags"], self.tags).sum(axis=0)
        choosing = Choosing(self.finish.calibration, self.finish.thresholds, np.asarray(counts).ravel())
        parts = gather(scored, LEAST_JUDGED)
        judged = judge_folds(parts, choosing, self.plan.strategy.scheme == "time_series")
        if len(final.validation):
            return self.fit_and_choose(settings, choosing), judged
        with self.meter.phase("fit"):
            tagger = Tagger(settings, self.tags).fit(self.dataset.take(final.train), self.place.engine)
        fallback = Calibrator(), Rule(self.finish.thresholds.fallback)
        tagger.calibrator, tagger.rule = choosing.fit(join(parts)) if parts else fallback
        return tagger, judged

    def fit_and_choose(self, settings: Settings, choosing: Choosing) -> Tagger:
        """Fit, calibrate and choose thresholds on validation questions, fit again on all."""
        final, engine = self.plan.final, self.place.engine
        both = np.sort(np.concatenate([final.train, final.validation]))
        held_out = self.dataset.take(final.validation)
        with self.meter.phase("fit", again=len(both) / len(final.train) if self.finish.refit else 0):
            tagger = Tagger(settings, self.tags).fit(self.dataset.take(final.train), engine, held_out)
        with self.meter.phase("choose"):
            Y = binarize_tags(held_out.questions["tags"], self.tags)
            chosen = choosing.fit(Scored(final.validation, Y, tagger.score_dataset(held_out)))
        if self.finish.refit:
            settled = replace(settings, model_params=tagger.model.settled().model_dump(by_alias=True))
            with self.meter.phase("refit"):
                tagger = Tagger(settled, self.tags).fit(self.dataset.take(both), engine)
        tagger.calibrator, tagger.rule = chosen
        return tagger
