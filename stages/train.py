"""Train the chosen model, its calibration and its thresholds: `python -m stages.train`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from stages.script import run
from stages.tracking import read_store, track_training
from tagger.calibration import CalibrationParams
from tagger.cost import Meter, describe_cost
from tagger.dataset import load_dataset
from tagger.digest import DIGITS, digest_files, digest_sources, list_versions
from tagger.engine import Engine
from tagger.errors import ParamsError
from tagger.io import read_table, write_json
from tagger.neural.devices import is_main
from tagger.params import parse_section
from tagger.tagger import Settings, make_model
from tagger.text import CleanParams
from tagger.thresholds import ThresholdParams
from tagger.training import Finish, TrainParams, train_tagger
from tagger.vectorizer import FeatureParams

CLEAN, SPLIT, FEATURES = Path("data/clean"), Path("data/split"), Path("data/features")
OUT = Path("models/tagger")
COST = Path("metrics/cost.json")
# What computes, where it was imported: package and module.
COMPUTES = {
    "lightgbm": "lightgbm",
    "numba": "numba",
    "numpy": "numpy",
    "scikit-learn": "sklearn",
    "scipy": "scipy",
    "torch": "torch",
    "transformers": "transformers",
    "xgboost-cpu": "xgboost",
}


def main(params: dict[str, Any], engine: Engine) -> str:
    train = parse_section(TrainParams, params.get("train"), "train")
    settings = read_settings(params, train.seed)
    read_store(params)  # a slip is told before the training
    rows = read_table(SPLIT / "rows.parquet")
    rows = rows[rows["role"] != "test"]
    tags = read_table(SPLIT / "tags.parquet")["tag"].tolist()
    dataset = load_dataset(CLEAN, FEATURES, rows, make_model(settings, tags).reads)
    held_out = rows.loc[rows["role"] == "validation", "question_id"]
    validation = dataset.questions["question_id"].isin(held_out).to_numpy()
    meter = Meter(engine.jobs, train.max_hours, tell)
    # A sum that is dealt out to threads depends on how many there are.
    with threadpool_limits(1):
        tagger = train_tagger(settings, tags, dataset, validation, read_finish(params, train), engine, meter)
    if not is_main():  # one of several processes on several GPUs
        return "done; the main process saves"
    tagger.save(OUT, describe_origin())
    cost = meter.report(model=settings.model, rows=len(validation), tags=len(tags), device=tagger.model.device)
    write_json(COST, cost | {"model_sha256": digest_files([OUT / "model.json"])[:DIGITS]})
    keep_with_experiment(COST)
    track_training(params, OUT, cost)
    return f"{describe_cost(cost)}; {len(validation):,} questions, {len(tags):,} tags"


def keep_with_experiment(path: Path) -> None:
    """Put a file that git ignores into the commit of the experiment that runs: DVC takes tracked files alone."""
    if "DVC_EXP_NAME" in os.environ:
        subprocess.run(["git", "add", "--force", str(path)], check=False)  # noqa: S603, S607


def tell(line: str) -> None:
    """Say something while the training runs."""
    print(f"train: {line}", flush=True)


def read_finish(params: dict[str, Any], train: TrainParams) -> Finish:
    """The sections of what follows the fit. Raises ParamsError."""
    calibration = parse_section(CalibrationParams, params.get("calibration"), "calibration")
    return Finish(train.refit, calibration, parse_section(ThresholdParams, params.get("thresholds"), "thresholds"))


def read_settings(params: dict[str, Any], seed: int) -> Settings:
    """The sections that make a tagger. Raises ParamsError."""
    model = params.get("model")
    if not isinstance(model, str):
        raise ParamsError(f"params.yaml: model is {model!r}; give it the name of a model")
    features = parse_section(FeatureParams, params.get("features"), "features")
    clean = parse_section(CleanParams, params.get("clean"), "clean")
    return Settings(model, params.get("models", {}).get(model) or {}, features, clean, seed)


def describe_origin() -> dict[str, Any]:
    """Digests of the data and of the code, versions of what computes."""
    data = sorted(path for folder in (SPLIT, FEATURES) for path in folder.iterdir())
    return {
        "data_sha256": digest_files(data),
        "sources_sha256": digest_sources("tagger", "stages"),
        "versions": list_versions(package for package, module in COMPUTES.items() if module in sys.modules),
    }


if __name__ == "__main__":
    run("train", main)
