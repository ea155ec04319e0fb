"""What a model was made of, as digests: they tell two models apart and never change with the clock or the path."""

import hashlib
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

# Of a digest that a person reads.
DIGITS = 12


def digest_files(paths: Iterable[Path]) -> str:
    """SHA-256 over the contents of files, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def digest_model(folder: Path) -> str:
    """The short digest by which a person names a model: of its model.json, which seals the other files."""
    return digest_files([folder / "model.json"])[:DIGITS]


def digest_values(values: Iterable[object]) -> str:
    """SHA-256 over the texts of some values."""
    return hashlib.sha256("\n".join(map(str, values)).encode()).hexdigest()


def digest_sources(*packages: str) -> str:
    """SHA-256 over the source files of what is imported from some packages."""
    loaded = {name: module for name, module in sys.modules.items() if name.split(".")[0] in packages}
    return digest_files(Path(str(loaded[name].__file__)) for name in sorted(loaded))


def list_versions(packages: Iterable[str]) -> dict[str, str]:
    """Installed versions."""
    return {package: version(package) for package in packages}
