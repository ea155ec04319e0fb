"""Keeps feedback in a file while the database is away: on the disk when `append` returns, taken out once it is back.

The file is written full of zeros when it is made, so that there is room in it when its disk has none left. It begins
with a generation (8 bytes); then come records: length and checksum (4 bytes each), payload. The checksum starts from
the generation, so that a new generation empties the file by one write of 8 bytes. All workers share the file.
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from service.state.files import locked
from tagger.errors import TaggerError

HEADER = struct.Struct("<Q")
RECORD = struct.Struct("<II")
BLOCK = bytes(1 << 20)


class JournalError(TaggerError):
    """The journal has no room left, or its disk fails."""


class Journal:
    """Several processes, a thread of each."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size
        self.descriptor = -1
        self.generation = -1
        self.end = HEADER.size

    @contextmanager
    def opened(self) -> Iterator[int]:
        """The file, ours alone, `generation` and `end` as they are; made, or made anew where someone took it away."""
        if self.descriptor < 0 or not os.fstat(self.descriptor).st_nlink:
            self.close()
            self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with locked(self.descriptor):
            fill(self.descriptor, self.size)
            (generation,) = HEADER.unpack(os.pread(self.descriptor, HEADER.size, 0).ljust(HEADER.size, b"\0"))
            if generation != self.generation:
                self.generation, self.end = generation, HEADER.size
            for _ in self.read():
                pass
            yield self.descriptor

    def read(self) -> Iterator[bytes]:
        """The records from `end` on, which moves along."""
        while True:
            length, checksum = RECORD.unpack(os.pread(self.descriptor, RECORD.size, self.end).ljust(RECORD.size, b"\0"))
            if not 0 < length <= self.size:
                return
            payload = os.pread(self.descriptor, length, self.end + RECORD.size)
            if len(payload) < length or self.digest(payload) != checksum:
                return
            self.end += RECORD.size + length
            yield payload

    def digest(self, payload: bytes) -> int:
        """A checksum that another generation's records do not have."""
        return zlib.crc32(payload, zlib.crc32(HEADER.pack(self.generation)))

    def append(self, payloads: list[bytes]) -> None:
        """Keep records. Raises JournalError; then none of them counts as kept."""
        try:
            with self.opened() as file:
                data = b"".join(RECORD.pack(len(payload), self.digest(payload)) + payload for payload in payloads)
                if self.end + len(data) > os.fstat(file).st_size:
                    raise JournalError(f"{self.path} is full")
                if os.pwrite(file, data, self.end) < len(data):
                    raise JournalError(f"{self.path} takes no more")
                os.fsync(file)
                self.end += len(data)
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}") from error

    def drain(self, take: Callable[[list[bytes]], None]) -> int:
        """Hand all records to `take`, then forget them; how many. Where it raises, they stay."""
        with self.opened() as file:
            if self.end == HEADER.size:
                return 0
            self.end = HEADER.size
            payloads = list(self.read())
            take(payloads)
            os.pwrite(file, HEADER.pack(self.generation + 1), 0)
            os.fsync(file)
            self.generation, self.end = self.generation + 1, HEADER.size
            return len(payloads)

    def measure(self) -> int:
        """Bytes of the records that are kept."""
        with self.opened():
            return self.end - HEADER.size

    def close(self) -> None:
        """Let go of the file."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def fill(file: int, size: int) -> None:
    """Write zeros up to a size, or as far as the disk goes."""
    if (start := os.fstat(file).st_size) >= size:
        return
    try:
        while start < size:
            start += os.pwrite(file, BLOCK[: size - start], start)
        os.fsync(file)
    except OSError:
        return
