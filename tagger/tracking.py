"""A training as a run of MLflow: parameters, cost, origin and the model; the test metrics come to it later."""

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from pydantic import Field, field_validator

from tagger.io import read_json
from tagger.params import Section, parse_section
from tagger.text import CleanParams, find_corpus, list_corpora
from tagger.tracking_store import SQLITE, add_metrics, create_experiment, find_experiment, find_run, reaching

STORE = re.compile(rf"{SQLITE}[^?]+|https?://[^/@\s]+(/[^@\s]*)?")
PACKAGE = Path(__file__).parent
EXAMPLE = {
    "title": "How do I merge two data frames on a column?",
    "body": "<p>I have two frames in pandas.</p><pre><code>pd.merge(left, right)</code></pre>",
}
TOP = 5


class MlflowParams(Section):
    """Section `tracking.mlflow`. `uri` null: off; `register`: every training is a new version of that model."""

    uri: str | None = None
    experiment: str = Field(default="tagger", min_length=1)
    registered: str | None = Field(default=None, alias="register", pattern="^[^/:%]+$")

    @field_validator("uri")
    @classmethod
    def check_uri(cls, uri: str | None) -> str | None:
        """Raises ValueError for a folder, which MLflow no longer writes to, and for a password that git would keep."""
        if uri is not None and not STORE.fullmatch(uri):
            raise ValueError(
                f"should be {SQLITE}FILE, http://HOST or https://HOST, with user and password in the environment "
                "(MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD)"
            )
        return uri


class TrackingParams(Section):
    """Section `tracking`."""

    mlflow: MlflowParams = MlflowParams()


@dataclass(frozen=True)
class Training:
    """What a run says of a training; `requirements` are pip's, those that the model needs to answer."""

    name: str
    params: Mapping[str, Any]
    cost: Mapping[str, Any]
    tags: Mapping[str, str]
    requirements: Sequence[str]


def log_training(store: MlflowParams, training: Training, folder: Path) -> str:
    """Make a run, with the tagger in `folder` as its model; returns its id. Raises TrackingError."""
    with reaching(str(store.uri)) as client:
        import mlflow

        experiment = find_experiment(client, store.experiment) or create_experiment(client, store.experiment)
        with mlflow.start_run(experiment_id=experiment, run_name=training.name, tags=dict(training.tags)) as run:
            mlflow.log_params({name: describe_value(value) for name, value in flatten(training.params).items()})
            mlflow.log_metrics(name_metrics("cost", training.cost))
            log_model(training.requirements, folder, store.registered)
        return str(run.info.run_id)


def log_model(requirements: Sequence[str], folder: Path, registered: str | None) -> None:
    """Log the tagger, its code and its words of NLTK (https://mlflow.org/docs/latest/ml/model/models-from-code/)."""
    import mlflow

    with TemporaryDirectory(prefix="tagger-") as scratch:
        words = Path(scratch, "nltk_data")
        copy_corpora(folder, words)
        mlflow.pyfunc.log_model(
            name="tagger",
            python_model=str(PACKAGE / "pyfunc.py"),
            artifacts={"tagger": str(folder), "nltk_data": str(words)},
            code_paths=[str(PACKAGE)],
            input_example=(pd.DataFrame([EXAMPLE]), {"top": TOP}),
            pip_requirements=list(requirements),
            registered_model_name=registered,
        )


def copy_corpora(folder: Path, words: Path) -> None:
    """Copy what the tagger in `folder` reads of NLTK's data, which pip does not bring to where it will answer."""
    params = parse_section(CleanParams, read_json(folder / "model.json")["clean"], "clean")
    words.mkdir()
    for name in list_corpora(params):
        source, target = find_corpus(name), words / "corpora" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy: Callable[[Path, Path], Any] = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, target)


def log_test(store: MlflowParams, model_sha256: str, metrics: Mapping[str, Any]) -> str | None:
    """Add metrics to the latest whole run that trained a model; its id, None where there is none.

    They are named by what they are an `estimate` of (test/f1_micro, cv/f1_micro), and stand by the logged model, too.
    Raises TrackingError.
    """
    figures = dict(metrics)
    estimate = figures.pop("estimate", "test")
    with reaching(str(store.uri)) as client:
        run = find_run(client, store.experiment, model_sha256)
        if run is None:
            return None
        add_metrics(client, run, name_metrics(estimate, figures))
        return str(run.info.run_id)


def describe_value(value: Any) -> str:
    """A parameter as params.yaml would have it; a list as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested sections as names with dots, as `dvc exp run -S` takes them."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat


def name_metrics(group: str, values: Mapping[str, Any]) -> dict[str, float]:
    """The numbers among nested values, "test/f1_micro": MLflow shows a group together."""
    flat = flatten(values).items()
    return {f"{group}/{name}": value for name, value in flat if isinstance(value, int | float)}
