"""What a promotion publishes: `python -m ops.release [--out FOLDER]`, of the commit that is checked out.

Writes the model as a tar.gz, the same bytes for the same model, and the model card that the version's tag has as its
message; prints the version.
"""

import argparse
import gzip
import sys
import tarfile
from pathlib import Path

from ops.git import git
from ops.promotion.candidate import MODEL
from ops.promotion.versions import ARTIFACT, read_history, shorten
from tagger.errors import ModelError, TaggerError
from tagger.io import replacing, write_text

CARD = "model.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ops.release", description="Pack the model and its card.")
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=Path("reports/release"))
    folder = parser.parse_args().out
    try:
        version = find_version()
        write_text(folder / CARD, read_card(version))
        pack_model(folder / f"{version.replace('@', '-')}.tar.gz")
    except TaggerError as error:
        sys.stderr.write(f"release: {error}\n")
        sys.exit(error.exit_code)
    print(version)


def find_version() -> str:
    """The version of the commit. Raises ModelError."""
    commit = git("rev-parse", "HEAD")
    name = read_history(None).versions.get(commit)
    if name is None:
        raise ModelError(
            f"{shorten(commit)} is no version of {ARTIFACT}: `git fetch --tags`, or ops.promote registers it"
        )
    return name


def read_card(version: str) -> str:
    """The message of the tag, without its first line."""
    return git("for-each-ref", "--format=%(contents:body)", f"refs/tags/{version}").strip() + "\n"


def pack_model(archive: Path) -> None:
    """Write the files of the model, sorted and without times or owners."""
    with (
        replacing(archive) as temporary,
        temporary.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as files,
    ):
        for path in sorted(path for path in MODEL.rglob("*") if path.is_file()):
            entry = tarfile.TarInfo(str(path.relative_to(MODEL.parent)))
            entry.size, entry.mode = path.stat().st_size, 0o644
            with path.open("rb") as content:
                files.addfile(entry, content)


if __name__ == "__main__":
    main()
