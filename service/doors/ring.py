"""The keys that are good now: whose key is shown, and what becomes of that when their file changes."""

import hashlib
import hmac
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from service.doors.keys import NOBODY, SHAPE, Key, read_keys, refuse_file
from tagger.errors import ParamsError

SECONDS_BETWEEN_LOOKS = 0.5
logger = logging.getLogger("uvicorn.error")


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
