"""The sections of params.yaml that make a training."""

from typing import Any

import numpy as np
import pandas as pd

from tagger.calibration import CalibrationParams
from tagger.errors import ParamsError
from tagger.folds import FINAL, Fold, read_folds
from tagger.params import parse_section
from tagger.plans import Finish, Plan, TrainParams
from tagger.strategies import choose_strategy
from tagger.tagger import Settings
from tagger.text import CleanParams
from tagger.thresholds import ThresholdParams
from tagger.tuning.params import Search, read_search
from tagger.vectorizer import FeatureParams


def read_plan(params: dict[str, Any], table: pd.DataFrame, ids: np.ndarray) -> Plan:
    """The rows of each role and fold, by their numbers among `ids`. Raises ParamsError."""
    strategy = choose_strategy(params)
    found = table[table["fold"] == FINAL].set_index("question_id")["role"].reindex(ids).to_numpy()
    final = Fold(np.flatnonzero(found == "train"), np.flatnonzero(found == "validation"))
    return Plan(final, read_folds(table, ids), strategy, read_search(params, strategy))


def describe_search(search: Search) -> str:
    """What a trial's score depends on, and which trials there are but for their number."""
    kept = search.params.model_copy(update={"trials": 1, "minutes": None, "storage": None})
    return f"{search.method} {kept} {search.space}"


def read_finish(params: dict[str, Any], train: TrainParams) -> Finish:
    """The sections of what follows the fit. Raises ParamsError."""
    calibration = parse_section(CalibrationParams, params.get("calibration"), "calibration")
    return Finish(train.refit, calibration, parse_section(ThresholdParams, params.get("thresholds"), "thresholds"))


def read_settings(params: dict[str, Any], seed: int) -> Settings:
    """The sections that make a tagger. Raises ParamsError."""
    model = params.get("model")
    if not isinstance(model, str):
        raise ParamsError(f"params.yaml: model is {model!r}; give it the name of a model")
    features = parse_section(FeatureParams, params.get("features"), "features")
    clean = parse_section(CleanParams, params.get("clean"), "clean")
    return Settings(model, params.get("models", {}).get(model) or {}, features, clean, seed)
