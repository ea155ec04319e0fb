"""Remembers when calls failed or were rated down, in a file that all workers share and a restart finds again.

An alarm over so many of them within five consecutive minutes must count exactly. Prometheus sees a counter only every
few seconds, and not at all what was counted before its first look or before a restart; here each call has its time.
"""

import hashlib
import logging
import os
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np

from service.state.files import locked

# The latest ones; an alarm needs a handful.
MOST = 256
EVENT = np.dtype([("at", "<f8"), ("call", "<u8")])
# The highest count is told for this share of the window longer: a minute of five, so that no look comes too late.
HELD = 0.2
FAILED = np.uint64(0)
logger = logging.getLogger("uvicorn.error")


class Trouble:
    """Several processes, any thread. `seconds` is the window."""

    def __init__(self, path: Path, seconds: float) -> None:
        self.seconds = seconds
        self.lock = threading.Lock()
        self.file = open_file(path)

    def note(self, at: float, prediction: str = "") -> None:
        """A call failed at a time (seconds since 1970), or the answer to one was found wrong: once for each answer."""
        call = digest(prediction) if prediction else FAILED
        # flock parts processes, not the threads of one. On a disk that fails, other alarms ring.
        with suppress(OSError), self.lock, locked(self.file):
            events = self.read()
            recent = events[events["at"] >= at - self.seconds]
            if call == FAILED or call not in recent["call"]:
                oldest = int(events["at"].argmin())
                os.pwrite(self.file, np.array((at, call), EVENT).tobytes(), oldest * EVENT.itemsize)

    def read(self) -> np.ndarray:
        """Times and calls, in no order; 0 where nothing was noted."""
        return np.frombuffer(os.pread(self.file, MOST * EVENT.itemsize, 0), EVENT)

    def count(self, now: float) -> int:
        """The most calls within one window, of those windows that ended a moment ago or end now."""
        times = self.read()["at"]
        times = np.sort(times[times <= now])
        past = now - HELD * self.seconds
        ends = np.append(times[times >= past], past)
        counts = np.searchsorted(times, ends, "right") - np.searchsorted(times, ends - self.seconds, "left")
        return int(counts.max())

    def close(self) -> None:
        os.close(self.file)


def open_file(path: Path) -> int:
    """The file, its room taken; memory of this process where there is no room."""
    size = MOST * EVENT.itemsize
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with locked(file):
            if (length := os.fstat(file).st_size) < size:
                os.pwrite(file, bytes(size - length), length)
                os.fsync(file)
        if os.fstat(file).st_size == size:
            return file
    except OSError as error:
        logger.error("%s cannot be kept (%s): a restart forgets which calls failed", path, error.strerror)
    file = os.memfd_create("trouble")
    os.pwrite(file, bytes(size), 0)
    return file


def digest(prediction: str) -> np.uint64:
    """A number for a call, never that of a failed one."""
    return np.uint64(int.from_bytes(hashlib.blake2b(prediction.encode(), digest_size=8).digest(), "little") | 1)
