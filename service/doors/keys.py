"""API keys: a file of their digests, and the ring that tells whose key is shown and notices when the file changes.

A key is 256 random bits, which nobody tries through: one round of SHA-256 keeps it. What makes bcrypt slow protects
passwords that can be guessed; here it would only cost each request a tenth of a second.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.doors.roles import Role
from service.state.files import locking
from tagger.errors import ParamsError
from tagger.io import write_text

SHAPE = re.compile(rb"tagger_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
SECONDS_BETWEEN_LOOKS = 0.5
logger = logging.getLogger("uvicorn.error")


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


class Ring:
    """The keys that are good now. Once there was a file, who shows no key of it is refused, gone or broken as it be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.keys: dict[bytes, Key] = {}
        self.closed = False
        self.seen: Any = None
        self.look_at = 0.0

    def open(self) -> None:
        """The first look. Raises ParamsError."""
        self.seen = self.stamp()
        if self.seen:
            self.take(read_keys(self.path))

    def find(self, header: bytes) -> Key | None:
        """The key that an Authorization header shows, where it is good."""
        scheme, _, text = header.partition(b" ")
        shape = SHAPE.fullmatch(text.strip()) if scheme.lower() == b"bearer" else None
        if shape is None:
            return None
        key = self.keys.get(shape[1], NOBODY)
        # The number is no secret; the rest is compared in a time that tells nothing, for one that is unknown, too.
        right = hmac.compare_digest(hashlib.sha256(shape[0]).hexdigest(), key.sha256)
        return key if right and key is not NOBODY else None

    def refresh(self) -> None:
        """Look whether the file has changed, twice a second at most."""
        now = time.monotonic()
        if now < self.look_at:
            return
        self.look_at = now + SECONDS_BETWEEN_LOOKS
        try:
            if (found := self.stamp()) != self.seen:
                self.seen = found
                self.take(read_keys(self.path))
        except FileNotFoundError:
            self.take([])
            logger.error("%s is gone: no key is good until it is back, or the service is started anew", self.path)
        except ParamsError as error:
            self.closed = True
            logger.error("the keys stay as they were: %s", error)

    def take(self, keys: Sequence[Key]) -> None:
        """These and no others, from now on."""
        self.keys = {key.number.encode(): key for key in keys}
        self.closed = True

    def stamp(self) -> tuple[int, int, int] | None:
        """What tells one state of the file from the next; None where there is none. Raises ParamsError."""
        try:
            status = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise refuse_file(self.path, error) from error
        return status.st_ino, status.st_mtime_ns, status.st_size
