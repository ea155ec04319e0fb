"""Files that several processes share: locks that a killed process leaves free, and the secret behind digests."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tagger.errors import DataError


@contextmanager
def locked(descriptor: int) -> Iterator[None]:
    """Be the only process at a file; the kernel lets go of it for one that is killed."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def locking(path: Path) -> Iterator[int]:
    """The same by name; gives the descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with locked(descriptor):
            yield descriptor
    finally:
        os.close(descriptor)


def read_secret(path: Path) -> bytes:
    """The secret of this folder, made where there is none. Raises DataError."""
    try:
        with locking(path):
            if not path.stat().st_size:
                path.write_bytes(secrets.token_bytes(32))
            return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be kept ({error.strerror}): make room, or set TAGGER_SECRET") from error


def digest_caller(secret: bytes, caller: str) -> str:
    """A name for a caller from which, without the secret, nobody can tell who it is."""
    return hashlib.blake2b(caller.encode(), key=secret[:64], digest_size=16).hexdigest()
