"""Copies of the models that versions.json names, verified: what `dvc repro` writes anew can still be gone back to."""

import re
import shutil
from pathlib import Path

import numpy as np

from service.answers.model import read_digest
from service.answers.scoring import WARM_UP
from service.checks import PackageError, check_model, needing_packages
from service.versions.plan import Plan, Version
from tagger.errors import DataError, ModelError
from tagger.tagger import Tagger

MODELS = "models"
TAGGER, METRICS, CARD = "tagger", "test.json", "card.md"
SHORT = 12


def keep(state: Path, version: Version) -> Version:
    """Copy a model below `state`, with its metrics and card, and see that the copy answers. Raises TaggerError."""
    check_model(version.model)
    folder = state.absolute() / MODELS / f"{version.sha256[:SHORT]}-{re.sub('[^A-Za-z0-9.@_-]', '-', version.version)}"
    known = folder.exists()
    if not known:
        copy(version, folder)
    try:
        verify(folder / TAGGER, version.sha256)
    except ModelError:
        # Unless an earlier one, which may be served.
        if not known:
            shutil.rmtree(folder)
        raise
    return version.model_copy(
        update={"model": folder / TAGGER, "metrics": find(folder / METRICS), "card": find(folder / CARD)}
    )


def copy(version: Version, folder: Path) -> None:
    """Whole or not at all. Raises DataError."""
    temporary = folder.with_name(f".{folder.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        shutil.copytree(version.model, temporary / TAGGER)
        for source, name in ((version.metrics, METRICS), (version.card, CARD)):
            if source is not None:
                shutil.copyfile(source, temporary / name)
        temporary.rename(folder)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise DataError(
            f"{version.model} cannot be copied to {folder} ({error}): make room, or name files that can be read"
        ) from error


def verify(folder: Path, sha256: str) -> None:
    """See that a model is whole, is the one that was meant, loads and answers. Raises ModelError."""
    try:
        with needing_packages():
            tagger = Tagger.load(folder)
            scores = tagger.score_question(*WARM_UP)
        told = scores.shape == (len(tagger.tags),) and bool(np.all((scores >= 0) & (scores <= 1)))
    except PackageError:
        raise
    except Exception as error:  # of whatever kind: such a model must not get in
        raise ModelError(f"{folder} does not answer ({type(error).__name__}: {error}): train it again") from error
    if not told:
        raise ModelError(f"{folder} answers what are no probabilities: train it again")
    if (found := read_digest(folder)) != sha256:
        raise ModelError(f"{folder} holds {found[:SHORT]}, not {sha256[:SHORT]}: it has changed meanwhile; try again")


def find(path: Path) -> Path | None:
    """A file that is there."""
    return path if path.is_file() else None


def prune(state: Path, plan: Plan) -> None:
    """Remove the copies that a plan does not name."""
    named = {version.model.parent for version in (plan.champion, plan.challenger, plan.previous) if version}
    for folder in (state.absolute() / MODELS).iterdir():
        if folder not in named:
            shutil.rmtree(folder, ignore_errors=True)
