"""The same model as MLflow serves it: saved as a training logs it, its code and words beside."""

import tempfile
from pathlib import Path


def save_model(model: Path, out: Path) -> None:
    """Save a tagger's folder as a model of MLflow's; its packages are those of this environment."""
    import mlflow
    import pandas as pd

    from tagger import tracking

    with tempfile.TemporaryDirectory(prefix="serve-") as scratch:
        words = Path(scratch, "nltk_data")
        tracking.copy_corpora(model, words)
        mlflow.pyfunc.save_model(
            out,
            python_model=str(tracking.PACKAGE / "pyfunc.py"),
            artifacts={"tagger": str(model), "nltk_data": str(words)},
            code_paths=[str(tracking.PACKAGE)],
            input_example=(pd.DataFrame([tracking.EXAMPLE]), {"top": tracking.TOP}),
            pip_requirements=["mlflow"],
        )
