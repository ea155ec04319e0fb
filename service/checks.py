"""What a start needs, told in one line where it is not there."""

from pathlib import Path

from service.doors.sites import is_local
from service.settings import Settings
from tagger.errors import DataError, ParamsError

MANIFEST = "model.json"


def check_model(folder: Path) -> None:
    """Raises DataError where a folder holds no model."""
    if not (folder / MANIFEST).is_file():
        raise DataError(f"{folder} holds no model: run `make repro`, or set TAGGER_MODEL to a folder that does")


def make_folder(path: Path) -> None:
    """Raises DataError where it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{path} cannot be made ({error.strerror}): set TAGGER_STATE to a folder that can") from error


def check_doors(settings: Settings) -> None:
    """Raises ParamsError where others could reach a service that has no keys."""
    if is_local(settings.host) or settings.open or settings.keys_file.exists():
        return
    raise ParamsError(
        f"TAGGER_HOST is {settings.host!r}, which others can reach, and {settings.keys_file} has no key: run "
        "`python -m service.keys add NAME --roles ask,correct`, or set TAGGER_OPEN=true to let everybody in"
    )
