"""One strategy in a folder of its own: the stages as they are, then its model on a period that none has read."""

import re
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from bench.estimates import Figures
from bench.intervals import count_hits, find_intervals
from tagger.folds import FINAL
from tagger.io import read_json, read_table, write_table, write_text


class StageError(Exception):
    """A stage that broke, where it should have refused or worked."""


def run_stage(stage: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """One stage in a folder; refusals are left to the caller. Raises StageError."""
    # Files, since workers that outlive a killed stage would hold pipes open.
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        done = subprocess.run(
            [sys.executable, "-m", f"stages.{stage}"], cwd=folder, stdout=out, stderr=err, check=False
        )
        texts = [file.seek(0) or file.read() for file in (out, err)]
    if done.returncode < 0 or "Traceback" in texts[1]:
        raise StageError(f"{stage} in {folder} ended with {done.returncode}:\n{texts[1]}")
    return subprocess.CompletedProcess(done.args, done.returncode, *texts)


def open_folder(folder: Path, clean: Path, params: Mapping[str, Any]) -> None:
    """What the stages need: their code, the questions, the parameters."""
    (folder / "data").mkdir(parents=True)
    (folder / "data/clean").symlink_to(clean.absolute())
    for package in ("stages", "tagger"):
        (folder / package).symlink_to(Path(package).absolute())
    write_text(folder / "params.yaml", yaml.safe_dump(dict(params), sort_keys=False))


def measure_strategy(folder: Path, later: int) -> Figures:
    """Run the stages; `later` is the period to score at last. A refusal is a figure, too."""
    for stage in ("feedback", "split", "featurize", "train", "evaluate"):
        busy = count_cpu()
        done = run_stage(stage, folder)
        if done.returncode:
            return {"refused": done.stderr.strip().splitlines()[-1]}
        if stage == "train":
            figures = read_training(folder, done.stdout) | {"cpu_s": count_cpu() - busy}
    figures["test"] = read_intervals(folder) if read_json(folder / "metrics/test.json")["estimate"] == "test" else None
    return figures | {"later": score_later(folder, later)}


def read_training(folder: Path, printed: str) -> dict[str, Any]:
    """Folds, fits, estimate and cost of what was trained."""
    rows = read_table(folder / "data/split/rows.parquet")
    folds = rows.loc[(rows["parent"] == FINAL) & (rows["fold"] != FINAL), "fold"].nunique()
    fits = re.search(r"([\d,]+) fits", printed)
    validation, cost = read_json(folder / "metrics/validation.json"), read_json(folder / "metrics/cost.json")
    return {
        "folds": int(folds),
        "fits": int(fits[1].replace(",", "")) if fits else None,
        "cv": validation["cv_f1_micro"],
        "sd": validation["cv_f1_micro_std"],
        "seconds": cost["seconds"]["total"],
        "memory_mb": cost["memory_mb"],
    }


def score_later(folder: Path, period: int) -> Figures:
    """The kept model by the stage evaluate, on a period that it takes for the test. Raises StageError."""
    name = f"{period:02d}"
    ids = read_table(folder / f"data/clean/{name}.parquet", ["question_id"])
    rows = ids.assign(month=name, role="test", fold=np.int32(FINAL), parent=np.int32(FINAL))
    write_table(folder / "data/split/rows.parquet", pa.Table.from_pandas(rows, preserve_index=False))
    done = run_stage("evaluate", folder)
    if done.returncode:
        raise StageError(done.stderr)
    found = read_intervals(folder)
    if abs(found["f1_micro"][0] - read_json(folder / "metrics/test.json")["f1_micro"]) > 1e-4:
        raise StageError(f"the interval's micro-F1 {found['f1_micro'][0]} is not that of evaluate")
    return found


def read_intervals(folder: Path) -> dict[str, Sequence[float]]:
    """Micro-F1 and F1@5 of what evaluate answered, each with its 95% interval over questions."""
    tags = set(read_table(folder / "data/split/tags.parquet")["tag"])
    return find_intervals(count_hits(read_table(folder / "data/predictions.parquet"), tags))


def count_cpu() -> float:
    """Seconds of the cores that all ended child processes have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
