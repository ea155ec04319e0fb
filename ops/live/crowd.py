"""Many who send requests at once, until they are told to stop, and who miss no answer that fails or does not come."""

import json
import threading
from abc import ABC, abstractmethod
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from typing import Any, NamedTuple, Self

from ops.live.sshd import HOST
from tagger.errors import TaggerError

SECONDS_TO_ANSWER = 30


class LineError(TaggerError):
    """There was no answer."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    kind: str
    text: bytes

    def read(self) -> Any:
        """Its JSON; nothing where it is something else."""
        return json.loads(self.text) if self.kind == "application/json" else {}


class Line:
    """A connection that stays: it is left when the service says so, as HTTP has it, and when no answer comes."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.connection = HTTPConnection(HOST, port, timeout=SECONDS_TO_ANSWER)
        self.headers = headers

    def send(self, method: str, path: str, body: bytes | None = None) -> Reply:
        """One request. Raises LineError."""
        try:
            # What is refused may be answered before all of it was read.
            with suppress(BrokenPipeError):
                self.connection.request(method, path, body, self.headers)
            answer = self.connection.getresponse()
            return Reply(answer.status, answer.headers.get_content_type(), answer.read())
        except (OSError, HTTPException) as error:
            self.close()
            raise LineError(repr(error)) from error

    def close(self) -> None:
        self.connection.close()


class Crowd(ABC):
    """Each is a thread with a connection of its own."""

    def __init__(self, port: int, size: int, **headers: str) -> None:
        self.port = port
        self.headers = {"Content-Type": "application/json"} | headers
        self.failures: list[str] = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=[number]) for number in range(size)]

    @abstractmethod
    def call(self, line: Line, number: int) -> None:
        """What one of them does until `ended`."""

    def run(self, number: int) -> None:
        with closing(Line(self.port, self.headers)) as line:
            self.call(line, number)

    def ask(self, line: Line, path: str, body: Any, wanted: int = 200) -> Any:
        """What a POST is answered; None, and noted, where that is a failure or nothing."""
        try:
            reply = line.send("POST", path, json.dumps(body).encode())
        except LineError as error:
            self.failures.append(f"{path}: {error}")
            return None
        if reply.status != wanted:
            self.failures.append(f"{path}: {reply.status} {reply.text[:200]!r}")
            return None
        return reply.read()

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Return when each has its last answer."""
        self.ended.set()
        for thread in self.threads:
            thread.join()
