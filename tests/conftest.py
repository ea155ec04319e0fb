"""A small pipeline run that the stage tests share."""

import copy
import fcntl
import os
import warnings
from importlib import import_module
from pathlib import Path

import pytest

from tagger.engine import Engine
from tests.clone import COMPILED, SMALL, Clone
from tests.imports import ROOT
from tests.params import PARAMS

STAGES = ("fetch", "clean", "validate", "feedback", "split", "featurize", "train", "evaluate", "drift")

# Of several workers, one must not begin with these when the others have nothing left: longest first.
LONGEST = (
    "workflows/test_workflows.py",
    "ops/test_story.py",
    "test_experiments.py",
    "ops/test_live_story.py",
    "ops/test_retrain.py",
    "test_repro.py",
    "test_search.py",
    "ops/test_promote.py",
    "ops/test_resolve_lock.py",
    "test_readme.py",
    "test_feedback_loop.py",
    "service/test_alarms.py",
    "ops/test_remote.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, where several work; needs xdist's --no-loadscope-reorder."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        ranks = {ROOT / "tests" / name: rank for rank, name in enumerate(LONGEST)}
        items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def small_params(**sections):
    """params.yaml with a sample of a fifth of the size and without Evidently, which takes seconds a month; keyword
    arguments are merged into their sections."""
    params = copy.deepcopy(PARAMS)
    params["sources"]["sample"]["questions"] = 1200
    params["drift"] |= {"evidently_rows": 0, "min_questions": 20}
    for name, values in sections.items():
        params[name] = params[name] | values if isinstance(values, dict) else values
    return params


def run_stages(folder: Path, params, *names, jobs=1) -> dict[str, str]:
    """Run stages in a folder as dvc repro would; return what each says."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        (folder / "data/import").mkdir(parents=True, exist_ok=True)
        return {name: import_module(f"stages.{name}").main(params, Engine(jobs)) for name in names or STAGES}
    finally:
        os.chdir(before)


@pytest.fixture(scope="session")
def evidently():
    """Imported here, since its import gives warnings that are not ours to mend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("evidently.presets")


@pytest.fixture(scope="session")
def common(tmp_path_factory):
    """A folder that all workers of pytest-xdist have."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def compiled(common):
    """What numba compiles in one clone is there for the next."""
    os.environ[COMPILED] = str(common / "compiled")


@pytest.fixture(scope="session")
def small_clone(common, compiled):
    """A clone in which the small sample went through DVC and was committed, made by the worker that asks first. Read
    only: `Clone(folder, twin=...)`."""
    folder = common / "small"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        clone = Clone(folder / "clone")
        if not (folder / "made").exists():
            clone.set_params(SMALL)
            clone.run("dvc repro")
            clone.commit("small")
            (folder / "made").touch()
    return clone


@pytest.fixture(scope="session")
def workspace(tmp_path_factory, evidently):
    """A folder in which every stage has run on a small sample, and what each said. Read only."""
    folder = tmp_path_factory.mktemp("workspace")
    return folder, run_stages(folder, small_params())
