"""Set parameters in params.yaml as `dvc exp run -S` does, comments kept."""

from collections.abc import Sequence
from pathlib import Path

from tagger.errors import ParamsError


def override(path: Path, edits: Sequence[str]) -> None:
    """Set each `section.name=value`. Raises ParamsError, and then sets none."""
    from dvc.exceptions import DvcException
    from dvc.utils.hydra import apply_overrides

    try:
        apply_overrides(path, list(edits))
    except DvcException as error:
        why = " ".join(str(error.__cause__ or error).split())
        raise ParamsError(f"{' '.join(edits)} cannot be set in {path} ({why}): write section.name=value") from error
