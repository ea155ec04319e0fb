"""The tagger as MLflow serves it; MLflow runs this file from its copy in a logged model (models from code).

Nothing here imports it, and MLflow is imported at the top: it asks for a class of its own.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from tagger.tagger import Tagger

TOP = 5


class TaggerModel(PythonModel):
    """Answers each question with its likeliest tags, as `Tagger.suggest` does, and says which the rule chooses."""

    def load_context(self, context: PythonModelContext) -> None:
        words = [context.artifacts["nltk_data"], os.environ.get("NLTK_DATA", "")]
        os.environ["NLTK_DATA"] = os.pathsep.join(filter(None, words))
        self.tagger = Tagger.load(Path(context.artifacts["tagger"]))

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """One {"tags": [{"tag", "probability", "suggested"}, ...]} for each row of `title` and `body`.

        `params["top"]` is how many tags. The schema comes from the example that is logged beside.
        """
        top = int((params or {}).get("top", TOP))
        return [{"tags": answer(self.tagger, row.title, row.body, top)} for row in model_input.itertuples()]


def answer(tagger: Tagger, title: str, body: str, top: int) -> list[dict[str, Any]]:
    """The `top` likeliest tags; one question at a time, since a network's scores of a batch differ in the last bits."""
    scores = tagger.score_question(title, body)
    chosen = set(tagger.rule.choose(scores[np.newaxis]).indices.tolist())
    best = np.argsort(-scores, kind="stable")[:top].tolist()
    return [{"tag": tagger.tags[tag], "probability": float(scores[tag]), "suggested": tag in chosen} for tag in best]


set_model(TaggerModel())
