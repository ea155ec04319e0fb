"""One training in memory, as a strategy has it."""

import tempfile
from pathlib import Path

import numpy as np

from tagger.calibration import CalibrationParams
from tagger.cost import Meter
from tagger.engine import Engine
from tagger.folds import Fold
from tagger.params import parse_section
from tagger.plans import Finish, Place, Plan
from tagger.strategies import StrategyParams
from tagger.tagger import Settings
from tagger.text import CleanParams
from tagger.thresholds import ThresholdParams
from tagger.training import Training, hear_nothing
from tagger.tuning.params import Range, Search, SearchParams
from tagger.vectorizer import FeatureParams
from tests.params import PARAMS
from tests.questions import WORDS

TAGS = list(WORDS)
FEATURES = parse_section(FeatureParams, PARAMS["features"], "features")
SPACE = {"epochs": [1, 3], "learning_rate": Range(low=0.001, high=0.5, log=True)}


def make_final(count, held_out):
    """The last rows are for validation."""
    rows = np.arange(count)
    return Fold(rows[: count - held_out], rows[count - held_out :])


def make_place(cache):
    """This process."""
    return Place(Engine(), Engine(), cache, cache, f"sqlite:///{cache}/optuna.db", "digest", hear_nothing)


def make_search(method="none", **values):
    return Search(method, SearchParams(**{"trials": 4} | values), SPACE)


def train(dataset, held_out=50, refit=False, model="linear", folds=(), scheme="train_val_test", search=None):
    """Train on questions, the last `held_out` of which are validation, as a strategy of this scheme."""
    settings = Settings(model, PARAMS["models"][model], FEATURES, CleanParams(), 0)
    strategy = StrategyParams(scheme=scheme, level="limited")
    plan = Plan(make_final(len(dataset.questions), held_out), folds, strategy, search or make_search())
    finish = Finish(refit, CalibrationParams(), ThresholdParams())
    with tempfile.TemporaryDirectory() as cache:
        return Training(settings, TAGS, dataset, plan, finish, make_place(Path(cache)), Meter()).run()
