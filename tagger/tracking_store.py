"""The way to an MLflow store, a sqlite file or a server: quiet, soon at its end, and an error in one line."""

import logging
import os
import sqlite3
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tagger.errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

SQLITE = "sqlite:///"
LONGEST_REASON = 300
# By itself MLflow asks a server that is not there for minutes. Whoever sets one of these is left alone.
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


@contextmanager
def reaching(uri: str) -> Iterator["MlflowClient"]:
    """A client of the store, which MLflow's own functions use, too, meanwhile. Raises TrackingError."""
    with set_up(), explaining(uri):
        import mlflow

        if uri.startswith(SQLITE):
            open_file(Path(uri.removeprefix(SQLITE)))
        mlflow.set_tracking_uri(uri)
        try:
            yield mlflow.MlflowClient()
        finally:
            mlflow.set_tracking_uri(None)  # type: ignore[arg-type]  # as if never set


@contextmanager
def set_up() -> Iterator[None]:
    """MLflow's settings, and silence: its retries and the warnings of what it imports are not ours to mend.

    A model that MLflow tries out changes the environment and the path of modules; both become again what they were.
    """
    environment, path = dict(os.environ), list(sys.path)
    os.environ.update(SETTINGS | environment)
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
        sys.path[:] = path
        for name in set(os.environ).difference(environment):
            del os.environ[name]
        os.environ.update(environment)


@contextmanager
def explaining(uri: str) -> Iterator[None]:
    """Say in one line what a store does not do. Raises TrackingError."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError) as error:
        reason = " ".join(str(error).split())[:LONGEST_REASON]
        raise TrackingError(
            f"MLflow at {uri} does not take it ({reason}): what was trained is saved; mend tracking.mlflow.uri, or "
            f"start the server, and `dvc repro -f -s train evaluate` writes the run"
        ) from error


def open_file(path: Path) -> None:
    """Make the folder, and see that the file is SQLite's: MLflow itself would try for minutes.

    Raises OSError, sqlite3.Error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA schema_version")


def find_experiment(client: "MlflowClient", name: str) -> str | None:
    """An experiment's id."""
    experiment = client.get_experiment_by_name(name)
    return str(experiment.experiment_id) if experiment else None


def create_experiment(client: "MlflowClient", name: str) -> str:
    """A new experiment's id; a server says where artifacts go, beside a file they go into a folder `mlruns`."""
    uri = client.tracking_uri
    beside = Path(uri.removeprefix(SQLITE)).resolve().parent / "mlruns" if uri.startswith(SQLITE) else None
    return str(client.create_experiment(name, artifact_location=beside.as_uri() if beside else None))


def find_run(client: "MlflowClient", experiment: str, model_sha256: str) -> "Run | None":
    """The latest run that trained a model and ended well."""
    found = find_experiment(client, experiment)
    wanted = f"tags.model_sha256 = '{model_sha256}' and attributes.status = 'FINISHED'"
    latest = ["attributes.start_time DESC"]
    runs = client.search_runs([found], wanted, order_by=latest, max_results=1) if found else []
    return client.get_run(runs[0].info.run_id) if runs else None


def add_metrics(client: "MlflowClient", run: "Run", values: Mapping[str, float]) -> None:
    """Add metrics to a run and to the model that it logged, all or none."""
    from mlflow.entities import Metric

    model = run.outputs.model_outputs[0].model_id if run.outputs and run.outputs.model_outputs else None
    now = int(time.time() * 1000)
    metrics = [Metric(name, value, now, 0, model_id=model) for name, value in values.items()]
    client.log_batch(run.info.run_id, metrics=metrics)
