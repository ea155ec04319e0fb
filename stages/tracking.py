"""What the stages tell MLflow where `tracking.mlflow.uri` is set: the parameters, revision and packages of a training.

A store that fails never fails a stage: it gives a warning of one line.
"""

import logging
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tagger.digest import digest_model, list_versions
from tagger.errors import TrackingError
from tagger.io import read_json
from tagger.params import parse_section
from tagger.tracking import MlflowParams, TrackingParams, Training, log_test, log_training

logger = logging.getLogger(__name__)

# Sections that say nothing of a training, and those of which one entry counts, with the parameter that chooses it.
LATER = {"drift", "engine", "promotion", "tracking"}
CHOICES = {"models": ("model",), "sources": ("fetch", "source"), "spaces": ("model",), "strategies": ("strategy",)}
# What every model needs to answer, beside what computed when it was trained (`versions` in model.json).
ANSWERS = {
    "joblib",
    "mlflow",
    "nltk",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "safetensors",
    "scipy",
    "selectolax",
}
# Files that DVC writes while it runs.
WRITTEN = ("dvc.lock", "metrics")


def read_store(params: Mapping[str, Any]) -> MlflowParams:
    """Where and what to track. Raises ParamsError."""
    return parse_section(TrackingParams, params.get("tracking"), "tracking").mlflow


def track_training(params: Mapping[str, Any], folder: Path, cost: Mapping[str, Any]) -> None:
    """A run of the training that left a model in `folder`; nothing where tracking is off. Raises ParamsError."""
    store = read_store(params)
    if store.uri is None:
        return
    origin = read_json(folder / "model.json")
    digest = digest_model(folder)
    tags = {"model_sha256": digest, "data_sha256": origin["data_sha256"], "device": str(cost["device"])}
    name = os.environ.get("DVC_EXP_NAME") or f"{origin['model']}-{digest}"
    pins = [f"{package}=={release}" for package, release in list_pins(origin["versions"])]
    training = Training(name, choose_params(params), cost, tags | describe_revision(), pins)
    try:
        run = log_training(store, training, folder)
    except TrackingError as error:
        logger.warning("%s", error)
        return
    print(f"train: run {name} ({run}) at {store.uri}", flush=True)


def track_test(params: Mapping[str, Any], folder: Path, metrics: Mapping[str, Any]) -> None:
    """Add test metrics to the run of the model in `folder`; nothing where tracking is off. Raises ParamsError."""
    store = read_store(params)
    if store.uri is None:
        return
    digest = digest_model(folder)
    try:
        run = log_test(store, digest, metrics)
    except TrackingError as error:
        logger.warning("%s", error)
        return
    missing = (
        f"no run of model {digest} at {store.uri}: it was trained without; `dvc repro -f -s train evaluate` makes one"
    )
    print(f"evaluate: metrics added to run {run}" if run else f"evaluate: {missing}", flush=True)


def choose_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that lead to a model: of sources and models only the chosen ones."""
    kept = {name: value for name, value in params.items() if name not in LATER}
    for section, path in CHOICES.items():
        chosen: Any = params
        for part in path:
            chosen = (chosen or {}).get(part)
        kept[section] = {chosen: (params.get(section) or {}).get(chosen)}
    return kept


def list_pins(versions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Installed packages and releases, without the name of a build such as torch's "+cpu"."""
    for package, installed in list_versions(sorted({*ANSWERS, *versions})).items():
        yield package, installed.partition("+")[0]


def describe_revision() -> dict[str, str]:
    """The commit, whether what is checked out differs from it, DVC's experiment; what is not known is left out."""
    revision = ask_git("rev-parse", "HEAD")
    tags = {"dvc_experiment": os.environ["DVC_EXP_NAME"]} if "DVC_EXP_NAME" in os.environ else {}
    if revision:
        changed = ask_git("status", "--porcelain", "--", ".", *(f":!{path}" for path in WRITTEN))
        tags |= {"git_revision": revision, "git_dirty": str(bool(changed)).lower()}
    return tags


def ask_git(*arguments: str) -> str:
    """What git answers; empty where there is no repository, or no git."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
