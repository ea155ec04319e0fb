"""dvc.yaml against the code: what a stage imports it depends on, neither more nor less."""

import re
from pathlib import Path

import pytest
import yaml

from tagger.params import list_choices
from tests.imports import ROOT, find_closure
from tests.params import PARAMS

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
# The parameter that chooses a module, and the package it chooses from.
CHOICES = {"${fetch.source}": "sources", "${model}": "models"}


def list_modules(stage):
    return [dep for dep in STAGES[stage]["deps"] if dep.endswith(".py")]


def closure_of(path):
    return {str(file) for file in find_closure(Path(path))}


def find_needed(stage):
    """The import closure of a stage; where a parameter chooses a module, that and what any choice imports besides."""
    needed = closure_of(f"stages/{stage}.py")
    for template, package in CHOICES.items():
        if not any(template in dep for dep in STAGES[stage]["deps"]):
            continue
        files = [f"tagger/{package}/{name}.py" for name in list_choices(f"tagger.{package}")]
        needed |= set().union(*map(closure_of, files)) - set(files) | {f"tagger/{package}/{template}.py"}
    return needed


@pytest.mark.parametrize("stage", STAGES)
def test_modules_in_deps_are_those_that_are_imported(stage):
    assert list_modules(stage) == sorted(find_needed(stage))


@pytest.mark.parametrize("stage", STAGES)
def test_deps_are_sorted_and_the_command_runs_the_module(stage):
    assert STAGES[stage]["deps"] == sorted(STAGES[stage]["deps"])
    assert STAGES[stage]["cmd"] == f"python -m stages.{stage}"
    assert (ROOT / "stages" / f"{stage}.py").is_file()


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_loads_a_choice_depends_on_it(stage):
    loads = {"sources": "stages/fetch.py", "models": "tagger/tagger.py"}
    for template, package in CHOICES.items():
        expected = loads[package] in list_modules(stage)
        assert (f"tagger/{package}/{template}.py" in STAGES[stage]["deps"]) == expected


@pytest.mark.parametrize("stage", STAGES)
def test_params_are_there(stage):
    for name in STAGES[stage].get("params", []):
        value = PARAMS
        for part in re.sub(r"\$\{(.*?)\}", lambda match: look_up(match[1]), name).split("."):
            assert part in value, name
            value = value[part]


def look_up(name):
    value = PARAMS
    for part in name.split("."):
        value = value[part]
    return value


@pytest.mark.parametrize("stage", STAGES)
def test_what_stands_in_metrics_is_kept_by_git(stage):
    assert not any(out.startswith("metrics") for out in STAGES[stage].get("outs", []))
    for entry in [*STAGES[stage].get("metrics", []), *STAGES[stage].get("plots", [])]:
        ((path, options),) = entry.items()
        assert path.startswith("metrics/")
        assert options["cache"] is False


def test_package_files_are_empty():
    for path in [*ROOT.glob("*/__init__.py"), *ROOT.glob("tagger/*/__init__.py")]:
        assert path.read_text() == "", path
