"""What a start needs, told in one line where it is not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.doors.ring import Ring
from service.settings import Settings
from tagger.errors import DataError, ModelError, ParamsError

MANIFEST = "model.json"
# What brings a package into a release: a kind of model may need it, the service itself does not.
EXTRAS = {"numba": "trees", "lightgbm": "trees", "torch": "neural", "transformers": "neural", "nltk": "words"}


class PackageError(ModelError):
    """A model needs a package that the release was built without."""


def check_model(folder: Path) -> None:
    """Raises DataError where a folder holds no model."""
    if not (folder / MANIFEST).is_file():
        raise DataError(f"{folder} holds no model: run `make repro`, or set TAGGER_MODEL to a folder that does")


@contextmanager
def needing_packages() -> Iterator[None]:
    """Raises PackageError where what is done in the block misses a package of EXTRAS."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        if package not in EXTRAS:
            raise
        raise PackageError(
            f"the model needs {package}, which is not there: build the release with EXTRAS={EXTRAS[package]}"
        ) from error


def make_folder(path: Path) -> None:
    """Raises DataError where it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{path} cannot be made ({error.strerror}): set TAGGER_STATE to a folder that can") from error


def open_ring(settings: Settings) -> Ring:
    """The keys. Raises ParamsError, too, where others could reach a service that has none."""
    ring = Ring(settings.keys_file)
    ring.open()
    if ring.closed or settings.open:
        return ring
    remedy = "run `python -m service.keys add NAME --roles ask,correct`"
    if settings.keys:
        raise ParamsError(f"TAGGER_KEYS is {str(settings.keys)!r}, which is not there: {remedy}, or leave it unset")
    if not settings.is_local:
        where = "the socket of TAGGER_FD" if settings.fd else f"TAGGER_HOST is {settings.host!r}, which"
        where = f"{where} others can reach, and {settings.keys_file} has no key"
        raise ParamsError(f"{where}: {remedy}, or set TAGGER_OPEN=true to let everybody in")
    return ring
