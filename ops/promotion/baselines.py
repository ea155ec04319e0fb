"""What simple models answer to the same questions: trained by the pipeline's own stages, apart, and kept."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import yaml

from tagger.cost import describe_seconds
from tagger.digest import DIGITS, digest_files, digest_values
from tagger.errors import ModelError
from tagger.io import read_table, replacing

KEPT = Path(".cache/baselines")
LINKS = ("data/clean", "data/corrections.parquet", "data/features", "data/split")
# Seconds of a fit for each million of questions times tags, as measured on the sample; a start takes some, too.
PER_MILLION, START = {"dummy": 0.3, "logreg": 7.0}, 8
# Neither what is trained besides nor who hears of it matters to a baseline.
PLAIN = {"search": {"method": "none"}, "tracking": {"mlflow": {"uri": None}}, "engine": {"backend": "local"}}
# What belongs to the candidate's own training.
OTHERS = ("models/", "tagger/models/", "data/out_of_fold")
# Sections that its predictions do not depend on.
BESIDES = {"drift", "engine", "promotion", "spaces", "tracking"}


def answer_baselines(names: Sequence[str], params: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Predictions of each. Raises ModelError, DataError."""
    paths = {name: KEPT / f"{name}-{digest_baseline(name, params)}.parquet" for name in names}
    missing = [name for name, path in paths.items() if not path.is_file()]
    if missing:
        print(f"promote: {describe_cost(missing)}", flush=True)
    for name in missing:
        train_baseline(name, params, paths[name])
    return {name: read_table(path) for name, path in paths.items()}


def digest_baseline(name: str, params: Mapping[str, Any]) -> str:
    """What its predictions depend on: data and code that dvc.lock lists for train and evaluate, and parameters."""
    lock = yaml.safe_load(Path("dvc.lock").read_text(encoding="utf-8"))["stages"]
    deps = {dep["path"]: dep["md5"] for stage in ("train", "evaluate") for dep in lock[stage]["deps"]}
    read = [f"{path} {digest}" for path, digest in sorted(deps.items()) if not path.startswith(OTHERS)]
    sections = {section: values for section, values in vary(name, params).items() if section not in BESIDES}
    return digest_values([*read, digest_files([Path(f"tagger/models/{name}.py")]), sections])[:DIGITS]


def vary(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with another model, without a search, sections of the other models left out."""
    plain = {section: (params.get(section) or {}) | values for section, values in PLAIN.items()}
    models = {name: (params.get("models") or {}).get(name) or {}}
    return {**params, **plain, "model": name, "models": models}


def describe_cost(names: Sequence[str]) -> str:
    """What is about to be trained, and about how long that takes."""
    rows, tags = read_table(Path("data/split/rows.parquet")), len(read_table(Path("data/split/tags.parquet")))
    final = rows[rows["fold"] == 0]
    fits = int(rows["fold"].nunique()) + int((final["role"] == "validation").any())
    million = fits * (final["role"] != "test").sum() * tags / 1e6
    seconds = sum(START + million * PER_MILLION.get(name, 0) for name in names)
    unknown = "".join(f" and what {name} takes" for name in names if name not in PER_MILLION)
    return (
        f"training {', '.join(names)} on the same {len(final):,} questions and {tags:,} tags, {fits} fits each: about "
        f"{describe_seconds(seconds)}{unknown}; kept in {KEPT}"
    )


def train_baseline(name: str, params: Mapping[str, Any], path: Path) -> None:
    """Run the stages train and evaluate in a folder of their own and keep the predictions. Raises ModelError."""
    with TemporaryDirectory(prefix="baseline-") as scratch:
        folder = Path(scratch)
        for link in LINKS:
            (folder / link).parent.mkdir(parents=True, exist_ok=True)
            (folder / link).symlink_to(Path(link).resolve())
        (folder / "params.yaml").write_text(yaml.safe_dump(vary(name, params), sort_keys=False), encoding="utf-8")
        for stage in ("train", "evaluate"):
            run_stage(stage, name, folder)
        with replacing(path) as temporary:
            temporary.write_bytes((folder / "data/predictions.parquet").read_bytes())


def run_stage(stage: str, name: str, folder: Path) -> None:
    """Run a stage in a folder and pass on what it says. Raises ModelError."""
    command = [sys.executable, "-m", f"stages.{stage}"]
    done = subprocess.run(
        command, cwd=folder, env=dict(list_environment()), capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(
            f"the baseline {name} cannot be trained ({reason}): mend it, or take it out of promotion.baselines"
        )
    print(f"promote: {name}: {done.stdout.strip().splitlines()[-1]}", flush=True)


def list_environment() -> Iterator[tuple[str, str]]:
    """This environment, with this code, and without DVC's experiment, which a baseline is no part of."""
    yield from ((key, value) for key, value in os.environ.items() if not key.startswith("DVC_EXP"))
    yield "PYTHONPATH", os.pathsep.join(filter(None, [str(Path.cwd()), os.environ.get("PYTHONPATH")]))
    yield "TAGGER_CACHE", str(Path(os.environ.get("TAGGER_CACHE", ".cache/downloads")).resolve())
