"""Serve a promoted version: `python -m ops.serve tagger@v3.0.0`, or `prod` for what is in production.

Its model goes through DVC into a folder of its own below .cache/served; the workspace stays as it is. Then this
process becomes the service, which knows nothing of DVC; with `--challenge`, and what follows it, the command
`python -m service.versions challenge`, which lets the version answer some callers of a service that runs.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ops.git import git
from ops.promotion.versions import STAGES, read_history
from ops.revisions import RevisionError, Source, open_revision
from tagger.errors import TaggerError
from tagger.io import replacing, write_text

MODEL, METRICS, MANIFEST = "models/tagger", "metrics/test.json", "model.json"
FOLDER = Path(".cache/served")
CHALLENGE = "--challenge"
USAGE = (
    "usage: python -m ops.serve VERSION [--challenge [--share 10%] [--shadow]]\n"
    "VERSION is a version (tagger@v3.0.0), a stage (prod) or any revision of git"
)


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[2:3] not in ([], [CHALLENGE]):
        sys.exit(USAGE)
    try:
        settings = fetch_version(find_version(sys.argv[1]))
    except TaggerError as error:
        sys.stderr.write(f"serve: {error}\n")
        sys.exit(error.exit_code)
    command, environment = make_command(settings, sys.argv[2:])
    os.execve(sys.executable, [sys.executable, "-m", *command], environment)  # noqa: S606


def make_command(settings: dict[str, str], given: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """What this process becomes, and its environment; `given`: --challenge with the options of that, or nothing."""
    if not given:
        return ["service"], settings | os.environ
    places = {name.lower(): settings[f"TAGGER_{name}"] for name in ("VERSION", "METRICS", "CARD")}
    options = [part for name, value in places.items() for part in (f"--{name}", value)]
    return ["service.versions", "challenge", settings["TAGGER_MODEL"], *options, *given[1:]], dict(os.environ)


def find_version(name: str) -> str:
    """The version that is in a stage; any other name as it is. Raises RevisionError."""
    if name not in STAGES:
        return name
    history = read_history(None)
    commit = history.holder(name)
    if commit is None:
        raise RevisionError(f"nothing is in {name}: promote something with `python -m ops.promote --to {name}`")
    return history.name(commit)


def fetch_version(name: str) -> dict[str, str]:
    """Bring a version's model, metrics and card; the settings that serve them. Raises RevisionError."""
    source = open_revision(name)
    folder = FOLDER / name.replace("/", "-")
    copy_model(source, folder / "tagger")
    write_text(folder / "test.json", source.read(METRICS).decode())
    write_text(folder / "card.md", read_message(name))
    places = {"MODEL": folder / "tagger", "METRICS": folder / "test.json", "CARD": folder / "card.md"}
    return {f"TAGGER_{key}": str(path) for key, path in places.items()} | {"TAGGER_VERSION": name}


def copy_model(source: Source, folder: Path) -> None:
    """The files of a model; its description last, so that a copy that was cut off is no model. Raises RevisionError."""
    try:
        description = source.read(f"{MODEL}/{MANIFEST}")
        for name in [*json.loads(description)["files"], MANIFEST]:
            data = description if name == MANIFEST else source.read(f"{MODEL}/{name}")
            with replacing(folder / name) as temporary:
                temporary.write_bytes(data)
    except OSError as error:
        raise RevisionError(
            f"the model of {source.name} cannot be had ({error}): `dvc fetch` in a clone with the remote brings it"
        ) from error


def read_message(name: str) -> str:
    """What a tag says: the model card, below its first line."""
    message = git("for-each-ref", "--format=%(contents)", f"refs/tags/{name}")
    return message.partition("\n")[2].strip() + "\n"


if __name__ == "__main__":
    main()
