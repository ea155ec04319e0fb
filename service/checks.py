"""What a start needs, told in one line where it is not there."""

from pathlib import Path

from tagger.errors import DataError

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
