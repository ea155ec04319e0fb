"""Train the chosen model as the strategy has it, with calibration and thresholds: `python -m stages.train`."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from stages.corrections import CLEAN, NAME, find_folder
from stages.journal import Journal
from stages.place import open_place
from stages.script import run
from stages.sections import describe_search, read_finish, read_plan, read_settings
from stages.tracking import read_store, track_training
from tagger.cost import Meter, describe_cost
from tagger.dataset import Dataset, load_dataset
from tagger.digest import DIGITS, digest_files, digest_model, digest_sources, digest_values, list_versions
from tagger.engine import Engine
from tagger.folds import FINAL
from tagger.io import read_table, write_arrays, write_csv, write_json
from tagger.metrics import lower_is_better
from tagger.neural.devices import is_main
from tagger.params import parse_section
from tagger.plans import Plan, TrainParams
from tagger.strategies import ROOMS
from tagger.tagger import make_model
from tagger.training import Trained, Training
from tagger.tuning.trials import find_best, tabulate_trials, write_line
from tagger.validating import pack_judged, summarize

SPLIT, FEATURES = Path("data/split"), Path("data/features")
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
    table = read_table(SPLIT / "rows.parquet")
    tags = read_table(SPLIT / "tags.parquet")["tag"].tolist()
    learned = table[(table["fold"] == FINAL) & (table["role"] != "test")]
    dataset = load_learned(learned, make_model(settings, tags).reads)
    ids = dataset.questions["question_id"].to_numpy()
    plan = read_plan(params, table, ids)
    meter = Meter(engine.jobs, train.max_hours, tell)
    tell(f"strategy {params['strategy']}: {plan.count_fits(train.refit):,} fits")
    digest = digest_values([describe_data(), digest_sources("tagger"), str(settings), describe_search(plan.search)])
    # A sum that is dealt out to threads depends on how many there are.
    with (
        Journal() as journal,
        open_place(params, replace(engine, log=journal.log), digest[:DIGITS], journal.log_trial) as place,
        threadpool_limits(1),
    ):
        training = Training(settings, tags, dataset, plan, read_finish(params, train), place.metered(meter), meter)
        trained = training.run()
    if not is_main():  # one of several processes on several GPUs
        return "done; the main process saves"
    line = write_results(params, plan, trained, ids)
    cost = meter.report(model=settings.model, rows=len(ids), tags=len(tags), device=trained.tagger.model.device)
    write_json(COST, cost | {"model_sha256": digest_model(OUT)})
    keep_with_experiment(COST)
    track_training(params, OUT, cost)
    return f"{describe_cost(cost)}; {len(ids):,} questions, {len(tags):,} tags{line}"


def load_learned(rows: pd.DataFrame, columns: Sequence[str]) -> Dataset:
    """The questions named in `rows` (question_id, month), corrections first: their ids are the lowest."""
    corrected = (rows["month"] == NAME).to_numpy()
    # Workers of a cluster read from there, too.
    parts = [
        load_dataset(folder.resolve(), FEATURES.resolve(), rows[mask], columns)
        for folder, mask in ((find_folder(NAME), corrected), (CLEAN, ~corrected))
        if np.any(mask)
    ]
    return Dataset.join(parts)


def write_results(params: dict[str, Any], plan: Plan, trained: Trained, ids: np.ndarray) -> str:
    """The model, and what the folds and the trials say; returns, in words, the line of the best trial."""
    estimate = "test" if ROOMS[plan.strategy.scheme].test else "cv"
    strategy = {"strategy": params["strategy"], "estimate": estimate, "level": plan.strategy.level}
    trained.tagger.save(OUT, describe_origin() | strategy)
    judged = trained.judged if estimate == "cv" else []
    write_arrays(Path("data/out_of_fold.npz"), pack_judged(judged, ids))
    return write_trials(params, plan, trained)


def write_trials(params: dict[str, Any], plan: Plan, trained: Trained) -> str:
    """The table of the trials, what the folds say, and in words the line that trains with the best parameters."""
    lower = lower_is_better(plan.search.params.score)
    write_csv(Path("metrics/plots/search/trials.csv"), tabulate_trials(trained.trials, list(plan.search.space), lower))
    summary: dict[str, Any] = {"level": plan.strategy.level} | summarize(trained.judged)
    line = ""
    if trained.trials:
        best = trained.trials[find_best(trained.trials, lower)]
        line = write_line(params["model"], best.params, params["strategy"])
        summary |= {"search": [{"method": plan.search.method, "trials": len(trained.trials), "best": line}]}
    write_json(Path("metrics/validation.json"), summary)
    return f"; best of {len(trained.trials)} trials: {line}" if line else ""


def keep_with_experiment(path: Path) -> None:
    """Put a file that git ignores into the commit of the experiment that runs: DVC takes tracked files alone."""
    if "DVC_EXP_NAME" in os.environ:
        subprocess.run(["git", "add", "--force", str(path)], check=False)  # noqa: S603, S607


def tell(line: str) -> None:
    """Say something while the training runs."""
    print(f"train: {line}", flush=True)


def describe_data() -> str:
    """The digest of what is learned from; the weights of corrections stand with them alone."""
    paths = sorted(path for folder in (SPLIT, FEATURES) for path in folder.iterdir())
    corrected = FEATURES / f"{NAME}.npz" in paths
    return digest_files([*paths, find_folder(NAME) / f"{NAME}.parquet"] if corrected else paths)


def describe_origin() -> dict[str, Any]:
    """Digests of the data and of the code, versions of what computes."""
    return {
        "data_sha256": describe_data(),
        "sources_sha256": digest_sources("tagger", "stages"),
        "versions": list_versions(package for package, module in COMPUTES.items() if module in sys.modules),
    }


if __name__ == "__main__":
    run("train", main)
