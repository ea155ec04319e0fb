"""Names for predictions and feedback: UUIDs of version 7 (RFC 9562), which sort by the time at which they were made.

A prediction's bears a mark of the version that answered, so that feedback is counted under it without a look-up: any
worker can, also before the prediction is written, and while the database is away.
"""

import hashlib
import os
import time

PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"


def make_id(mark: int | None = None) -> str:
    """A new one: 48 bits of milliseconds, then random ones, so that neighbours in time are neighbours in an index.

    `mark`: what the 12 bits that RFC 9562 calls rand_a shall be.
    """
    random = int.from_bytes(os.urandom(10)) & ~(0xF << 76 | 0x3 << 62)
    if mark is not None:
        random = random & ~(0xFFF << 64) | mark << 64
    digits = f"{time.time_ns() // 1_000_000 << 80 | 7 << 76 | 2 << 62 | random:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def read_time(name: str) -> int:
    """When an id was made, in milliseconds since 1970."""
    return int(name[:8] + name[9:13], 16)


def mark_version(version: str) -> int:
    """12 bits of a version's digest: two versions have the same ones once in 4,096 pairs."""
    return int.from_bytes(hashlib.blake2b(version.encode(), digest_size=2).digest()) >> 4


def read_mark(name: str) -> int:
    """The 12 bits of an id where a mark may stand."""
    return int(name[15:18], 16)
