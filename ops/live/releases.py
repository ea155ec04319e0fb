"""Releases for a deployment: built by deploy/build.sh, and made of a good one by breaking it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tagger.errors import TaggerError

SCRIPT = Path(__file__).parents[2] / "deploy/build.sh"
GOOD, BROKEN = "made = await answer(", "made = 1 / 0 and await answer("


class BuildError(TaggerError):
    """deploy/build.sh fails."""


def build(release: Path, model: Path, version: str, like: Path | None = None) -> Path:
    """A release of a model; the packages are those of another one where that is named. Raises BuildError."""
    words = ["code"] if like else []
    if like:
        release.mkdir()
        shutil.copytree(like / "packages", release / "packages", copy_function=os.link)
        shutil.copy(like / "packages.txt", release)
    given = {"MODEL": f"{model}/models/tagger", "METRICS": f"{model}/metrics/test.json", "VERSION": version}
    environment = os.environ | given | {"PYTHON": sys.executable}
    done = subprocess.run(
        ["bash", SCRIPT, *words, release], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildError(f"{' '.join(words)} {release}: {done.stderr.strip()}")
    return release


def rename(release: Path, folder: Path, version: str) -> Path:
    """The same under another version."""
    if folder != release:
        shutil.copytree(release, folder, copy_function=os.link)
    path = folder / "release.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    write_anew(path, json.dumps(facts | {"version": version}, indent=2).encode())
    return folder


def fail_questions(good: Path, folder: Path) -> Path:
    """A release that answers every question by 500: an error that came in with the code."""
    shutil.copytree(good, folder, copy_function=os.link)
    path = folder / "service/routes/tags.py"
    write_anew(path, path.read_text(encoding="utf-8").replace(GOOD, BROKEN).encode())
    # Bytecode is taken unseen.
    shutil.rmtree(path.parent / "__pycache__")
    return folder


def damage_model(good: Path, folder: Path) -> Path:
    """A release of whose weights one bit is another."""
    shutil.copytree(good, folder, copy_function=os.link)
    path = max((folder / "model").glob("*.npz"), key=lambda path: path.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    write_anew(path, bytes(content))
    return folder


def write_anew(path: Path, content: bytes) -> None:
    """Leave the files as they are that it is linked with."""
    path.unlink()
    path.write_bytes(content)
