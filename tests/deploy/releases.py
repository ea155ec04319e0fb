"""A release that deploy/build.sh made, and others made of it: a second version, and each way to be broken."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.imports import ROOT


def cached() -> dict[str, str]:
    """What has uv take all from the cache that `make setup` filled, and ask no registry."""
    names = {"UV_CACHE_DIR": str(ROOT / ".cache/uv"), "PIP_FIND_LINKS": ""}
    return {name: os.environ.get(name, value) for name, value in names.items()} | {"UV_OFFLINE": "1"}


def build(folder: Path, model: Path, **variables: str) -> None:
    """deploy/build.sh, from uv's cache where that has all, as after `make setup`."""
    for offline in (cached(), {"UV_OFFLINE": "0"}):
        environment = os.environ | offline | {"MODEL": str(model), "PYTHON": sys.executable} | variables
        command = ["bash", ROOT / "deploy/build.sh", folder]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if not done.returncode:
            return
    raise AssertionError(done.stderr)


def vary(release: Path, folder: Path, version: str) -> Path:
    """The same under another version."""
    # Links: what is changed below is written anew.
    shutil.copytree(release, folder, copy_function=os.link, symlinks=True)
    facts = json.loads((folder / "release.json").read_text())
    rewrite(folder / "release.json", json.dumps(facts | {"version": version}, indent=2).encode())
    return folder


def rewrite(path: Path, content: bytes) -> None:
    """Give a file new content and leave those that it is linked with."""
    path.unlink()
    path.write_bytes(content)


def damage_model(folder: Path) -> None:
    """One bit of a release's weights is another."""
    damage(folder / "model")


def damage(model: Path) -> None:
    path = max(model.glob("*.npz"), key=lambda path: path.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    rewrite(path, bytes(content))


def change_code(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "service" / name
    text = path.read_text()
    assert old in text
    rewrite(path, text.replace(old, new).encode())
    # Bytecode is taken unseen.
    shutil.rmtree(path.parent / "__pycache__")


def answer_500(folder: Path) -> None:
    change_code(folder, "routes/tags.py", "made = await answer(", "made = 1 / 0 and await answer(")


def answer_wrongly(folder: Path) -> None:
    change_code(folder, "answers/model.py", "scores[best].tolist()", "(scores[best] / 2).tolist()")


def never_ready(folder: Path) -> None:
    change_code(folder, "routes/about.py", '"status": "ready"', '"status": 1 / 0')


def end_at_once(folder: Path) -> None:
    change_code(folder, "__main__.py", "def main() -> None:", "def main() -> None:\n    sys.exit('service: broken')")


def need_what_is_not_there(folder: Path) -> None:
    change_code(folder, "app.py", "import gc\n", "import gc\nimport dvc\n")
