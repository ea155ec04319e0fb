"""What one would write first: FastAPI over a pipeline of scikit-learn, TF-IDF and a linear classifier per tag.

`python -m bench.serve.plain DATA TAGS OUT` fits it on titles and bodies; `uvicorn bench.serve.plain:make_app --factory`
serves the file that PLAIN_MODEL names.
"""

import os
import sys
from pathlib import Path
from typing import Any

# Few rows and epochs: what a classifier has learned does not change how long it takes to ask it.
ROWS, EPOCHS, WORDS = 5_000, 2, 50_000


def fit(data: Path, tags: list[str], out: Path) -> None:
    """Fit a pipeline on the latest questions and save it."""
    import joblib
    import pandas as pd
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer

    files = sorted(data.glob("raw/*.parquet"))
    raw = pd.concat([pd.read_parquet(path, columns=["title", "body", "tags"]) for path in files]).tail(ROWS)
    labels = MultiLabelBinarizer(classes=tags).fit_transform([set(row) & set(tags) for row in raw["tags"]])
    classifier = SGDClassifier(loss="log_loss", max_iter=EPOCHS, tol=None)
    pipeline = make_pipeline(
        TfidfVectorizer(stop_words="english", max_features=WORDS), OneVsRestClassifier(classifier, n_jobs=-1)
    )
    pipeline.fit(raw["title"] + " " + raw["body"], labels)
    joblib.dump((pipeline, tags), out)


def make_app() -> Any:
    """POST /tags {title, body} to the five likeliest tags."""
    import joblib
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Question(BaseModel):
        title: str
        body: str = ""

    app = FastAPI()
    pipeline, tags = joblib.load(os.environ["PLAIN_MODEL"])

    @app.get("/ready")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/tags")
    def suggest(question: Question) -> dict[str, list[dict[str, Any]]]:
        scores = pipeline.predict_proba([f"{question.title} {question.body}"])[0]
        best = scores.argsort()[::-1][:5]
        return {"tags": [{"tag": tags[tag], "probability": float(scores[tag])} for tag in best]}

    return app


if __name__ == "__main__":
    import json
    import warnings

    warnings.simplefilter("ignore")
    fit(Path(sys.argv[1]), json.loads((Path(sys.argv[2]) / "model.json").read_text())["tags"], Path(sys.argv[3]))
