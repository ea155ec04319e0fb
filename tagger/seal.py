"""A folder of files whose digests stand in its model.json: a changed byte is noticed before anything is read."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tagger.errors import ModelError
from tagger.io import read_json, write_json

MANIFEST = "model.json"


def write_sealed(folder: Path, version: int, facts: Mapping[str, Any]) -> None:
    """Write model.json: a version, the facts, and the SHA-256 of every file and of itself."""
    body = {"version": version, **facts, "files": digest_folder(folder)}
    write_json(folder / MANIFEST, {"sha256": digest_facts(body), **body})


def read_sealed(folder: Path, version: int) -> dict[str, Any]:
    """The facts, once every file is as it was written. Raises DataError, ModelError."""
    saved: dict[str, Any] = read_json(folder / MANIFEST)
    if not isinstance(saved, dict) or saved.get("version") != version:
        found = saved.get("version") if isinstance(saved, dict) else None
        raise ModelError(f"{folder} holds version {found}, this code reads {version}: train it again")
    body = {name: value for name, value in saved.items() if name != "sha256"}
    changed = [] if saved.get("sha256") == digest_facts(body) else [MANIFEST]
    files = digest_folder(folder)
    changed += sorted(name for name, digest in body.get("files", {}).items() if files.get(name) != digest)
    changed += sorted(set(files).difference(body.get("files", {})))
    if changed:
        raise ModelError(f"{folder}: {', '.join(changed)} is not what was saved: run `dvc checkout`, or train it again")
    return saved


def digest_facts(facts: Mapping[str, Any]) -> str:
    """SHA-256 of values in JSON."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def digest_folder(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file below a folder but model.json, by its relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
