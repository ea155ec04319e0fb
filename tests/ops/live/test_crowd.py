"""Callers note what fails and what does not come, and go on."""

import socket
import threading

from ops.live.crowd import Crowd

GOOD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{"a":1}'
BAD = GOOD.replace(b"200 OK", b"503 No")


def answer(listener, replies):
    """One reply on each connection."""
    for reply in replies:
        connection, _ = listener.accept()
        with connection:
            connection.recv(10_000)
            connection.sendall(reply)


class Three(Crowd):
    """Ask so many times."""

    def call(self, line, number):
        self.answers = [self.ask(line, "/v1/tags", {}) for _ in range(3)]


def test_what_fails_or_does_not_come_is_noted_and_the_next_is_asked():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=answer, args=(listener, [BAD, b"", GOOD]))
        server.start()
        with Three(listener.getsockname()[1], 1) as crowd:
            server.join()
    assert crowd.answers == [None, None, {"a": 1}]
    failed, lost = crowd.failures
    assert failed.startswith("/v1/tags: 503")
    assert "RemoteDisconnected" in lost
