"""Streams one file out of a 7z archive: a block of it is in memory at a time, nothing on disk."""

import lzma
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import IO, Any

from tagger.errors import SourceError

MAGIC = b"7z\xbc\xaf\x27\x1c"
CHUNK = 1 << 20  # bytes


class DamagedError(Exception):
    """The archive ends early or holds other bytes than were packed."""


@dataclass(frozen=True)
class Sink:
    """What py7zr calls a writer factory: it asks for a writer for each file that it unpacks."""

    writer: IO[bytes]

    def create(self, filename: str) -> IO[bytes]:  # noqa: ARG002
        return self.writer


def is_archive(path: Path) -> bool:
    """Whether a file begins as every 7z archive does."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def stream_member(path: Path, name: str) -> Iterator[bytes]:
    """Yield the bytes of the file `name` in the archive, whatever its folder there.

    Raises DamagedError, at the end at the latest, and SourceError where the file is not there or is locked.
    """
    from py7zr import SevenZipFile
    from py7zr.exceptions import ArchiveError, CrcError, PasswordRequired

    try:
        with path.open("rb") as file, SevenZipFile(file) as archive:
            yield from pull(archive, find_member(path, archive.namelist(), name))
    except PasswordRequired as error:
        raise SourceError(f"{path} asks for a password: unpack {name} and set fetch.path to it") from error
    except CrcError as error:
        raise DamagedError("checksum differs") from error
    except (ArchiveError, lzma.LZMAError, zlib.error, EOFError, OSError, ValueError) as error:
        raise DamagedError(" ".join(str(error).split()) or type(error).__name__) from error


def find_member(path: Path, members: list[str], name: str) -> str:
    """The one member that is called `name`. Raises SourceError."""
    found = [member for member in members if PurePosixPath(member).name == name]
    if len(found) != 1:
        held = ", ".join((found or members)[:10]) or "nothing"
        raise SourceError(f"{path} should hold one {name}, it holds {held}: set fetch.path to an archive that does")
    return found[0]


def pull(archive: Any, member: str) -> Iterator[bytes]:
    """Turn what py7zr pushes into chunks to pull: a thread unpacks into a pipe and waits while the pipe is full.

    The thread is a daemon, else a program that stops in the middle would wait for it forever.
    """
    failures: list[Exception] = []
    receive, send = os.pipe()
    thread = Thread(target=push, args=(archive, member, send, failures), daemon=True)
    thread.start()
    try:
        with os.fdopen(receive, "rb") as pipe:
            yield from iter(partial(pipe.read, CHUNK), b"")
    finally:
        thread.join()  # the pipe is closed by now, so that the thread cannot be stuck in a write
    if failures:
        raise failures[0]


def push(archive: Any, member: str, send: int, failures: list[Exception]) -> None:
    """Unpack into a pipe; what goes wrong is left in `failures` for the thread that reads."""
    try:
        with os.fdopen(send, "wb") as pipe:
            archive.extract(targets=[member], factory=Sink(pipe))
    except Exception as error:  # noqa: BLE001 - of whatever kind, the reader raises it again
        failures.append(error)
