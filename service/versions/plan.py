"""What is served, and to whom: versions.json, read and written whole.

Where it is not there, or names no champion, the champion is the model that the service was started with.
"""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tagger.errors import DataError
from tagger.io import write_text

PLAN, STARTED = "versions.json", "started.json"


class Version(BaseModel):
    """A model's folder, what answers call it, and the digest of its seal; metrics and card for GET /v1/model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Path
    version: str = Field(min_length=1, max_length=200)
    sha256: str
    metrics: Path | None = None
    card: Path | None = None


class Plan(BaseModel):
    """`share` of the callers get the challenger's answers; with `shadow` the champion's, and it is asked as well."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    champion: Version | None = None
    challenger: Version | None = None
    share: float = Field(default=0, ge=0, le=1)
    shadow: bool = False
    since: datetime | None = None
    previous: Version | None = None


def read_plan(state: Path) -> Plan:
    """The plan in a folder. Raises DataError."""
    path = state / PLAN
    try:
        return Plan.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Plan()
    except (OSError, ValidationError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise DataError(f"{path} cannot be read ({why}): mend it, or remove it to serve TAGGER_MODEL") from error


def write_plan(state: Path, plan: Plan) -> None:
    """Raises DataError."""
    write(state / PLAN, plan)


def read_started(state: Path) -> Version | None:
    """The model that the service was started with; None where it never was, or could not say."""
    try:
        return Version.model_validate_json((state / STARTED).read_bytes())
    except (OSError, ValidationError):
        return None


def name_champion(plan: Plan, started: Version | None) -> Plan:
    """The plan with the model that the service was started with, where it names no champion."""
    return plan if plan.champion else plan.model_copy(update={"champion": started})


def write_started(state: Path, version: Version) -> None:
    """Note it for who promotes later, when the way back must be known; what stood there before is no longer true."""
    if read_started(state) == version:
        return
    try:
        write(state / STARTED, version)
    except DataError:
        # A full disk is no reason not to start.
        with suppress(OSError):
            (state / STARTED).unlink()


def write(path: Path, values: BaseModel) -> None:
    """Raises DataError."""
    try:
        write_text(path, values.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror}): make room, or set TAGGER_STATE") from error
