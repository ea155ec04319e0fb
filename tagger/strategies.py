"""The strategies by name: how rows are dealt out, whether a search is made, how far the result may be promoted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from tagger.errors import ParamsError
from tagger.params import Section, parse_section

SearchMethod = Literal["none", "grid", "random", "halving", "optuna"]
Scheme = Literal[
    "train_test",
    "train_val_test",
    "kfold",
    "train_val_test_cv",
    "train_test_mini_cv",
    "kfold_full",
    "kfold_holdout",
    "leave_one_out",
    "stratified_kfold",
    "nested_cv",
    "time_series",
    "bootstrap",
]


class StrategyParams(Section):
    """Section `strategies.NAME`. `level`: how far the result may be promoted; the others are the scheme's: `folds`,
    `inner_folds` (nested_cv), `gap` in months (time_series), `draws` (bootstrap)."""

    scheme: Scheme
    level: Literal["limited", "standard", "high"]
    search: SearchMethod = "none"
    folds: int = Field(default=5, ge=2)
    inner_folds: int = Field(default=3, ge=2)
    gap: int = Field(default=0, ge=0)
    draws: int = Field(default=20, ge=2)


@dataclass(frozen=True)
class Rooms:
    """What a scheme keeps apart: `validation` questions for calibration and thresholds, a `test` month that is looked
    at once. Where the test month is not looked at, it is `sealed`, or learned from as all others."""

    validation: bool = False
    test: bool = False
    sealed: bool = True


# A scheme without a hold-out gives an estimate by its folds alone.
ROOMS: Mapping[str, Rooms] = {
    "train_test": Rooms(test=True),
    "train_val_test": Rooms(validation=True, test=True),
    "train_val_test_cv": Rooms(validation=True, test=True),
    "train_test_mini_cv": Rooms(test=True),
    "kfold_holdout": Rooms(test=True),
    "time_series": Rooms(test=True),
    "kfold": Rooms(),
    "stratified_kfold": Rooms(),
    "leave_one_out": Rooms(),
    "nested_cv": Rooms(),
    "bootstrap": Rooms(),
    "kfold_full": Rooms(sealed=False),
}


def choose_strategy(params: Mapping[str, Any]) -> StrategyParams:
    """The section that `strategy` names. Raises ParamsError that lists the choices."""
    name, sections = params.get("strategy"), params.get("strategies") or {}
    if name not in sections:
        raise ParamsError(f"params.yaml: strategy is {name!r}; choose one of {', '.join(sections)}")
    return parse_section(StrategyParams, sections[name], f"strategies.{name}")
