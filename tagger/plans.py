"""What a training is to do and where: the rows and folds, the search, what follows the fit, the machines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field

from tagger.calibration import CalibrationParams
from tagger.cost import Meter
from tagger.engine import Engine
from tagger.folds import Fold
from tagger.params import Section
from tagger.strategies import StrategyParams
from tagger.thresholds import ThresholdParams
from tagger.tuning.params import Search
from tagger.tuning.trials import Log
from tagger.tuning.tune import count_trials


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


@dataclass(frozen=True)
class Plan:
    """What is learned from: rows to train on and to choose on (`final`), folds, the strategy and the search."""

    final: Fold
    folds: Sequence[Fold]
    strategy: StrategyParams
    search: Search

    @property
    def searches(self) -> bool:
        """Whether there is a search."""
        return self.search.method != "none"

    @property
    def compared(self) -> Sequence[Fold]:
        """The folds on which trials are compared: those of the strategy, else the validation questions."""
        return self.folds or ([self.final] if len(self.final.validation) else [])

    def count_fits(self, refit: bool) -> int:
        """Trainings in all, an early end of the search aside."""
        trials = count_trials(self.search)
        inner = sum(trials * len(fold.inner) for fold in self.folds)
        return trials * len(self.compared) + inner + len(self.folds) + 1 + (refit and len(self.final.validation) > 0)


@dataclass(frozen=True)
class Place:
    """Where the work is done: an engine for one fit, one for many fits at once, a folder for scratch files; where a
    search is kept (`cache`, `storage`) under which name (`digest`), and who hears of its trials."""

    engine: Engine
    many: Engine
    scratch: Path
    cache: Path
    storage: str
    digest: str
    log: Log

    def metered(self, meter: Meter) -> "Place":
        """The same place, where what is done is timed."""
        engine, many = (replace(engine, watch=meter.watching(engine.watch)) for engine in (self.engine, self.many))
        return replace(self, engine=engine, many=many)
