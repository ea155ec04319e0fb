"""MLflow's Model Registry beside git's tags: which version of the registered model is champion, which challenger."""

from typing import TYPE_CHECKING

from tagger.tracking import MlflowParams
from tagger.tracking_store import find_run, reaching

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

ALIASES = {"prod": "champion", "staging": "challenger"}
# The registered model, where `tracking.mlflow.register` names none.
MODEL = "tagger"


def point_alias(store: MlflowParams, model_sha256: str, stage: str, version: str) -> str | None:
    """Point a stage's alias at the registered version of a model, and note there which of git's versions it is.

    Returns "tagger 7, champion"; None where no run has trained that model. Raises TrackingError.
    """
    name = store.registered or MODEL
    with reaching(str(store.uri)) as client:
        run = find_run(client, store.experiment, model_sha256)
        if run is None:
            return None
        number = find_registered(client, name, run) or register(name, run)
        client.set_model_version_tag(name, number, "version", version)
        client.set_registered_model_alias(name, ALIASES[stage], number)
    return f"{name} {number}, {ALIASES[stage]}"


def find_registered(client: "MlflowClient", name: str, run: "Run") -> str | None:
    """The latest version of a registered model that a run made."""
    found = client.search_model_versions(f"name = '{name}' and run_id = '{run.info.run_id}'")
    return max((str(version.version) for version in found), key=int, default=None)


def register(name: str, run: "Run") -> str:
    """Make the model that a run logged a version of a registered model."""
    import mlflow

    [model] = [output.model_id for output in run.outputs.model_outputs] if run.outputs else []
    return str(mlflow.register_model(f"models:/{model}", name).version)
