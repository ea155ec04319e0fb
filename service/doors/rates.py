"""How often somebody may ask: token buckets in a table of fixed size that all workers of a machine share."""

import ctypes
import hashlib
import ipaddress
import mmap
import os
import time
from pathlib import Path

from service.state.files import locking

Table = ctypes.Array[ctypes.c_double]


class Rates:
    """A bucket is one number: the time at which it will be full again, so that an empty table is one of full buckets.

    Each name has two places and counts in the one that promises more: it suffers from others only where both are
    shared. The places follow from a secret, so that nobody can aim at another's. Two workers that write at the same
    moment may lose a token; no lock is worth that.
    """

    def __init__(self, rate: float, burst: int, secret: bytes, table: Table) -> None:
        """`rate`: tokens a second; `burst`: what a full bucket holds; `table`: its size is a power of 2."""
        self.seconds = 1 / rate
        # A token is one that lacks a thousandth as well: sums of floats fall short.
        self.slack = (burst - 0.999) / rate
        self.secret = secret[:64]
        self.table = table
        self.mask = len(table) - 1

    def take(self, name: str) -> float:
        """Take a token: 0, or the seconds until there is one."""
        one, other = self.find(name)
        now = time.monotonic()
        full_at = max(min(self.table[one], self.table[other]), now)
        if (wait := full_at - now - self.slack) > 0:
            return wait
        self.write(one, other, full_at + self.seconds)
        return 0.0

    def add(self, name: str, count: int) -> None:
        """Take tokens whether they are there or not, for what was let in and turned out to be more."""
        one, other = self.find(name)
        full_at = max(min(self.table[one], self.table[other]), time.monotonic())
        self.write(one, other, full_at + count * self.seconds)

    def find(self, name: str) -> tuple[int, int]:
        """A name's two places."""
        digest = int.from_bytes(hashlib.blake2b(name.encode(), key=self.secret, digest_size=8).digest())
        return digest & self.mask, digest >> 32 & self.mask

    def write(self, one: int, other: int, full_at: float) -> None:
        """At both places, unless another's debt there is larger."""
        self.table[one] = max(self.table[one], full_at)
        self.table[other] = max(self.table[other], full_at)


def open_table(folder: Path | None, name: str, size: int) -> Table:
    """A table of zeros in a file that workers share, or in memory where there is no folder. Raises OSError."""
    kind = ctypes.c_double * size
    if folder is None:
        return kind()
    with locking(folder / name) as file:
        # Written, not only made that long: a mapped page that finds no room later would end the process.
        if os.fstat(file).st_size < ctypes.sizeof(kind):
            (folder / name).write_bytes(bytes(ctypes.sizeof(kind)))
        return kind.from_buffer(mmap.mmap(file, ctypes.sizeof(kind)))


def name_address(address: str) -> str:
    """Whom an address stands for: of IPv6 a subscriber has a whole /64."""
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
