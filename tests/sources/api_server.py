"""A Stack Exchange API on loopback that does what a test's script says, and answers truly when the script is over."""

import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Step = Callable[["Handler", dict[str, Any]], None]


class ApiServer(ThreadingHTTPServer):
    """Serves `questions`; each request is noted in `asked` and takes the next step of `script`."""

    daemon_threads = True

    def __init__(self, questions: Iterable[dict[str, Any]], script: Iterable[Step] = (), quota: int = 300) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.questions = sorted(questions, key=lambda question: question["creation_date"])
        self.script, self.quota = list(script), quota
        self.asked: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/2.3"

    def answer_truly(self, query: dict[str, str]) -> dict[str, Any]:
        """The wrapper object for the one kind of query that the source sends."""
        since, page, size = int(query.get("fromdate", 0)), int(query["page"]), int(query["pagesize"])
        assert (query["sort"], query["order"]) == ("creation", "asc")
        assert size <= 100
        assert page <= 25
        chosen = [question for question in self.questions if question["creation_date"] >= since]
        items = chosen[(page - 1) * size : page * size]
        return {"items": items, "has_more": page * size < len(chosen), "quota_max": 300, "quota_remaining": self.quota}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer: two would meet the delay of acknowledgements
    server: ApiServer

    def log_message(self, *args: Any) -> None:
        """Silence."""

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        self.server.asked.append(query)
        self.server.quota -= 1
        step = self.server.script.pop(0) if self.server.script else answer()
        step(self, query)

    def send(self, body: bytes, status: int, cut: bool = False, **headers: str) -> None:
        raw = gzip.compress(body)
        self.send_response(status)
        for name, value in {"Content-Encoding": "gzip", "Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if cut else raw)
        self.close_connection = cut


def answer(cut: bool = False, **more: Any) -> Step:
    """The true answer with `more` fields in the wrapper, sent to the end or cut off."""
    return lambda handler, query: handler.send(
        json.dumps(handler.server.answer_truly(query) | more).encode(), 200, cut=cut
    )


def error(number: int, message: str = "", **more: Any) -> Step:
    """An error of the API: HTTP 400, whatever its number."""
    wrapper = {"error_id": number, "error_name": "name", "error_message": message, **more}
    return lambda handler, query: handler.send(json.dumps(wrapper).encode(), 400)


def raw(body: bytes, status: int = 200, **headers: str) -> Step:
    """These bytes."""
    return lambda handler, query: handler.send(body, status, **headers)


def reset(handler: Handler, query: dict[str, Any]) -> None:
    """No answer: the connection is reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def hang(handler: Handler, query: dict[str, Any]) -> None:
    """No answer within the time that the test allows."""
    threading.Event().wait(0.3)
    handler.close_connection = True


@contextmanager
def serving(
    questions: Iterable[dict[str, Any]] = (), script: Iterable[Step] = (), quota: int = 300
) -> Iterator[ApiServer]:
    """A server that runs for the length of a block."""
    with ApiServer(questions, script, quota) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
