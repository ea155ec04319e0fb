"""Tell MLflow's Model Registry which version is champion, which challenger; git's tags decide, this follows them."""

import sys
from collections.abc import Mapping
from typing import Any

from stages.tracking import read_store
from tagger.errors import TrackingError
from tagger.registry import point_alias


def point_aliases(params: Mapping[str, Any], model_sha256: str, stage: str, version: str) -> None:
    """Point the stage's alias at a model, where tracking is on. A store that fails gives a line, no error."""
    store = read_store(params)
    if store.uri is None:
        return
    try:
        pointed = point_alias(store, model_sha256, stage, version)
    except TrackingError as error:
        sys.stderr.write(f"the tags are set, the alias in MLflow is not: {error}\n")
        return
    missing = (
        f"MLflow has no run of model {model_sha256} at {store.uri} and no alias was set: `dvc repro -f -s train "
        "evaluate` makes one, then promote again"
    )
    print(f"MLflow at {store.uri}: {version} is {pointed}" if pointed else missing)
