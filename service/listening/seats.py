"""What becomes of a worker that cannot start: it comes again in a while, or ends the service where no other is left.

A model can break on the disk while others go on with what they have loaded. To stop them would be an outage; to try
twice a second, as uvicorn does, would take a core from them for good.
"""

import fcntl
import os
import time
from pathlib import Path

SECONDS_BETWEEN_TRIES = 5.0
# uvicorn's exit code of a worker, at which it stops the others as well.
LAST = 3


class Seat:
    """A shared lock on a file of the service, held until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self.descriptor = os.open(folder / "seats", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def leave(self) -> int:
        """The exit code of a worker that cannot start; it waits first where another one is there."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
            time.sleep(SECONDS_BETWEEN_TRIES)
            return 1
        os.write(self.descriptor, b"empty\n")
        return LAST


def are_empty(folder: Path) -> bool:
    """Whether the last worker could not start."""
    path = folder / "seats"
    return path.exists() and path.stat().st_size > 0
