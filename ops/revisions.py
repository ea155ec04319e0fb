"""What a revision left: its predictions and tags through DVC, its metrics and cost through git.

A revision is whatever DVC takes for one: a commit, branch, tag or experiment, or `workspace`, the files as they lie.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from tagger.digest import DIGITS
from tagger.errors import TaggerError

WORKSPACE = "workspace"
PREDICTIONS, TAGS = "data/predictions.parquet", "data/split/tags.parquet"
Read = Callable[[str], bytes]


class RevisionError(TaggerError):
    """A revision is unknown, or what it left cannot be had."""


@dataclass(frozen=True)
class Source:
    """Where the files of a revision come from; `commit` is None in the workspace. `read` raises OSError."""

    name: str
    commit: str | None
    read: Read


@dataclass(frozen=True)
class Revision:
    """What is known of a revision; `metrics` and `cost` are empty, and `model` None, where it left none."""

    name: str
    commit: str | None
    model: str | None
    predictions: pd.DataFrame
    tags: list[str]
    metrics: dict[str, Any]
    cost: dict[str, Any]


def open_revision(name: str) -> Source:
    """Find a revision of the repository that the current folder is the root of. Raises RevisionError."""
    if name == WORKSPACE:
        return Source(name, None, lambda path: Path(path).read_bytes())
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException

    try:
        files = DVCFileSystem(rev=name)
        commit = files.repo.get_rev()
    except DvcException as error:
        raise RevisionError(
            f"{name} is no revision here ({error}): name a commit, branch, tag or experiment, or {WORKSPACE}; "
            "`git log --oneline --all` and `dvc exp list --all-commits` list them"
        ) from error
    return Source(name, commit, lambda path: read_tracked(files, path))


def read_revision(source: Source) -> Revision:
    """Read what a revision left. Raises RevisionError."""
    params = yaml.safe_load(read_if_there(source, "params.yaml") or b"{}")
    return Revision(
        name=source.name,
        commit=source.commit,
        model=params.get("model"),
        predictions=read_parquet(source, PREDICTIONS),
        tags=read_parquet(source, TAGS)["tag"].tolist(),
        metrics=json.loads(read_if_there(source, "metrics/test.json") or b"{}"),
        cost=read_cost(source),
    )


def read_tracked(files: Any, path: str) -> bytes:
    """The bytes of a file at a revision, from git, DVC's cache or a remote. Raises OSError."""
    from dvc.exceptions import DvcException

    try:
        with files.open(path, "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError as error:
        why = "neither in the cache nor in a remote" if files.exists(path) else "that revision has none"
        raise FileNotFoundError(why) from error
    except DvcException as error:
        raise OSError(str(error)) from error
    return content


def read_parquet(source: Source, path: str) -> pd.DataFrame:
    """A table at a revision. Raises RevisionError."""
    try:
        return pd.read_parquet(BytesIO(source.read(path)))
    except (OSError, ValueError) as error:
        why = " ".join(str(error).split())
        raise RevisionError(f"{path} of {source.name} cannot be had ({why}): {find_remedy(source.name)}") from error


def find_remedy(name: str) -> str:
    """What brings the tables of a revision."""
    if name == WORKSPACE:
        return "`dvc checkout` brings it from the cache, `dvc repro` makes it"
    return (
        f"`dvc fetch --all-commits` brings what was pushed, `dvc exp pull REMOTE {name}` an experiment; "
        f"else `git checkout {name}` and `dvc repro`"
    )


def read_if_there(source: Source, path: str) -> bytes | None:
    """The bytes of a file, None where the revision has none."""
    try:
        return source.read(path)
    except OSError:
        return None


def read_cost(source: Source) -> dict[str, Any]:
    """What the training of the revision's model cost; empty where that was not kept or is another model's."""
    cost: dict[str, Any] = json.loads(read_if_there(source, "metrics/cost.json") or b"{}")
    model = read_if_there(source, "models/tagger/model.json") if cost else None
    return cost if model and cost.get("model_sha256") == digest_model(model) else {}


def digest_model(content: bytes) -> str:
    """The digest of a model.json as the training notes it; see digest.digest_files."""
    return hashlib.sha256(hashlib.sha256(content).digest()).hexdigest()[:DIGITS]
