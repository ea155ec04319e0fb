"""API keys: how one is made, and the file of their digests.

A key is 256 random bits, which nobody tries through: one round of SHA-256 keeps it. What makes bcrypt slow protects
passwords that can be guessed; here it would only cost each request a tenth of a second.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.doors.roles import Role
from service.state.files import locking
from tagger.errors import ParamsError
from tagger.io import write_text

SHAPE = re.compile(rb"tagger_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


class Key(BaseModel):
    """What is kept of a key: `number` is a part of it, `sha256` the digest of all of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=NAME)
    roles: tuple[Role, ...] = Field(min_length=1)
    number: str = Field(pattern="^[0-9a-f]{8}$")
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    made: str


NOBODY = Key(name="nobody", roles=("ask",), number="0" * 8, sha256="0" * 64, made="")
FILE = TypeAdapter(list[Key])


def make_key(name: str, roles: Iterable[Role]) -> tuple[str, Key]:
    """A new one as its owner has it, and what is kept of it."""
    number = secrets.token_hex(4)
    text = f"tagger_{number}_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return text, Key(name=name, roles=tuple(sorted(set(roles))), number=number, sha256=digest, made=made)


def read_keys(path: Path) -> list[Key]:
    """The keys of a file. Raises FileNotFoundError; ParamsError where they cannot be read."""
    try:
        return FILE.validate_json(path.read_bytes())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise refuse_file(path, error) from error
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the file"
        raise ParamsError(f"{path} is no list of keys ({where}): restore it, or remove it and add keys anew") from error


def refuse_file(path: Path, error: OSError) -> ParamsError:
    return ParamsError(f"{path} cannot be read ({error.strerror}): let the service read it, or set TAGGER_KEYS")


def write_keys(path: Path, keys: Sequence[Key]) -> None:
    """All of them at once. Others may read digests of random keys: the service may run as another user."""
    write_text(path, json.dumps([key.model_dump() for key in keys], indent=2) + "\n")


def add_key(path: Path, name: str, roles: Iterable[Role]) -> str:
    """Add a key to a file, made where there is none; the key, which nothing shows again. Raises ParamsError."""
    if not re.match(NAME, name):
        raise ParamsError(f"{name!r} is no name: take 1 to 64 of letters, digits, '.', '_' and '-'")
    path.parent.mkdir(parents=True, exist_ok=True)
    with locking(path.with_suffix(".lock")):
        keys = read_keys(path) if path.exists() else []
        if any(key.name == name for key in keys):
            raise ParamsError(f"there is a key {name!r} already: revoke it first, or take another name")
        text, key = make_key(name, roles)
        write_keys(path, [*keys, key])
    return text


def revoke_key(path: Path, name: str) -> int:
    """Remove a key from a file, which stays: without a key, all are refused. How many are left. Raises ParamsError."""
    with locking(path.with_suffix(".lock")):
        keys = read_keys(path) if path.exists() else []
        left = [key for key in keys if key.name != name]
        if len(left) == len(keys):
            raise ParamsError(f"there is no key {name!r}; there are: {', '.join(key.name for key in keys) or 'none'}")
        write_keys(path, left)
    return len(left)
