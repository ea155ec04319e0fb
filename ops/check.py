"""Validate params.yaml as a whole and name the choices: `python -m ops.check`, or `make check`.

A stage validates the sections it reads; this reads all, so that a slip in any is told before the first stage runs.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stages.place import EngineParams
from stages.script import read_params
from tagger.calibration import CalibrationParams
from tagger.drift.params import DriftParams
from tagger.errors import ParamsError
from tagger.feedback import FeedbackParams
from tagger.gate import PromotionParams
from tagger.labels import LabelParams
from tagger.params import Section, choose_module, list_choices, parse_section
from tagger.plans import TrainParams
from tagger.rules import RulesParams
from tagger.sources.base import FetchParams
from tagger.splits import SplitParams
from tagger.strategies import StrategyParams, choose_strategy
from tagger.text import CleanParams
from tagger.thresholds import ThresholdParams
from tagger.tracking import TrackingParams
from tagger.tuning.params import Range, SearchParams, nest, read_space
from tagger.vectorizer import FeatureParams

SECTIONS: dict[str, type[Section]] = {
    "fetch": FetchParams,
    "clean": CleanParams,
    "validate": RulesParams,
    "feedback": FeedbackParams,
    "split": SplitParams,
    "labels": LabelParams,
    "features": FeatureParams,
    "calibration": CalibrationParams,
    "thresholds": ThresholdParams,
    "train": TrainParams,
    "search": SearchParams,
    "drift": DriftParams,
    "promotion": PromotionParams,
    "engine": EngineParams,
    "tracking": TrackingParams,
}
CHOICES = {"sources": "tagger.sources", "models": "tagger.models"}
MISSING = (
    "params.yaml: {name} is {value} and {folder} is not there: `python -m service.export` writes it, `dvc pull` brings "
    "one that is kept; or set it to {back}"
)


def main() -> None:
    try:
        problems = list(find_problems(read_params(Path("params.yaml"))))
    except ParamsError as error:
        problems = [str(error)]
    if problems:
        sys.exit("\n".join(problems))
    print(*(f"{group}: {', '.join(list_choices(package))}" for group, package in CHOICES.items()), sep="; ")


def find_problems(params: Mapping[str, Any]) -> Iterator[str]:
    """One line for each thing that is wrong."""
    known = {*SECTIONS, *CHOICES, "model", "spaces", "strategy", "strategies"}
    for name in params:
        if name not in known:
            yield f"params.yaml: {name} is unknown; the sections are {', '.join(sorted(known))}"
    for name, section in SECTIONS.items():
        yield from try_section(section, params.get(name), name)
    for group, package in CHOICES.items():
        yield from check_group(group, package, params.get(group) or {})
    yield from try_choice("tagger.sources", (params.get("fetch") or {}).get("source"), "fetch.source")
    yield from try_choice("tagger.models", params.get("model"), "model")
    yield from check_strategies(params)
    yield from check_exported(params)
    for name, values in (params.get("spaces") or {}).items():
        yield from check_space(name, values, (params.get("models") or {}).get(name))


def check_strategies(params: Mapping[str, Any]) -> Iterator[str]:
    """Every strategy, and the one that is chosen."""
    for name, values in (params.get("strategies") or {}).items():
        yield from try_section(StrategyParams, values, f"strategies.{name}")
    try:
        choose_strategy(params)
    except ParamsError as error:
        yield str(error)


def check_exported(params: Mapping[str, Any]) -> Iterator[str]:
    """Where something of the service is read, it is there: DVC would only say that a folder is not."""
    try:
        feedback = parse_section(FeedbackParams, params.get("feedback"), "feedback")
        drift = parse_section(DriftParams, params.get("drift"), "drift")
    except ParamsError:
        return  # told already
    if feedback.enabled and not feedback.folder.is_dir():
        yield MISSING.format(name="feedback.enabled", value="true", folder=feedback.folder, back="false")
    if not drift.labelled and not drift.folder.is_dir():
        yield MISSING.format(name="drift.source", value=drift.source, folder=drift.folder, back="followed")


def check_space(name: str, values: Any, defaults: Any) -> Iterator[str]:
    """Both ends of each range, and each choice, are values that the model takes."""
    if name not in list_choices("tagger.models"):
        yield f"params.yaml: spaces.{name} is unknown; spaces takes {', '.join(list_choices('tagger.models'))}"
        return
    try:
        space = read_space(values, name)
    except ParamsError as error:
        yield str(error)
        return
    section = choose_module("tagger.models", name, "spaces").Params
    for key, dimension in space.items():
        for value in (dimension.low, dimension.high) if isinstance(dimension, Range) else dimension:
            yield from try_section(section, nest({key: value}, defaults or {}), f"spaces.{name}")


def check_group(group: str, package: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Every module of a package has its section, and every section its module."""
    choices = list_choices(package)
    for name in values:
        if name not in choices:
            yield f"params.yaml: {group}.{name} is unknown; {group} takes {', '.join(choices)}"
    for name in choices:
        if name not in values:
            yield f"params.yaml: {group}.{name} is missing; `git checkout params.yaml` brings the default back"
        else:
            yield from try_section(choose_module(package, name, group).Params, values[name], f"{group}.{name}")


def try_section(section: type[Section], values: Any, where: str) -> Iterator[str]:
    try:
        parse_section(section, values, where)
    except ParamsError as error:
        yield str(error)


def try_choice(package: str, name: Any, where: str) -> Iterator[str]:
    try:
        choose_module(package, name, where)
    except ParamsError as error:
        yield str(error)


if __name__ == "__main__":
    main()
