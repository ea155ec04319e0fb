"""One training as its strategy has it: search, judge on folds, fit, calibrate and choose thresholds, fit on all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tagger.cost import Meter
from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.errors import ParamsError
from tagger.final_fit import FinalFit
from tagger.folds import Fold
from tagger.neural.devices import choose_device
from tagger.plans import Finish, Place, Plan
from tagger.prepared import Prepared, prepare_fold, score_fold
from tagger.tagger import Settings, Tagger, make_model
from tagger.tuning.task import Task
from tagger.tuning.trials import Trial
from tagger.tuning.tune import take_best, tune
from tagger.validating import Judged, Scored, gather, judge_folds

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
        place, final = self.place, self.plan.final
        last = FinalFit(self.tags, self.dataset, final, self.finish, place.engine, self.meter)
        parts = gather(scored, LEAST_JUDGED)
        judged = judge_folds(parts, last.make_choosing(), self.plan.strategy.scheme == "time_series")
        return last.run(settings, parts), judged
