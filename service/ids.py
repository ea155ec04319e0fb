"""Names for predictions and feedback: UUIDs of version 7 (RFC 9562), which sort by the time at which they were made."""

import os
import time

PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"


def make_id() -> str:
    """A new one: 48 bits of milliseconds, then random ones, so that neighbours in time are neighbours in an index."""
    random = int.from_bytes(os.urandom(10)) & ~(0xF << 76 | 0x3 << 62)
    digits = f"{time.time_ns() // 1_000_000 << 80 | 7 << 76 | 2 << 62 | random:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def read_time(name: str) -> int:
    """When an id was made, in milliseconds since 1970."""
    return int(name[:8] + name[9:13], 16)
