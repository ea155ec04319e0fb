"""Heads of requests that are too large, that never end, or that come byte by byte."""

import socket
import time

import pytest

from service.listening.protocol import MOST_BYTES, SECONDS

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
ENDLESS = {
    "header": (GET + b"X-Long: ", b"a" * 60_000),
    "headers": (GET, b"X-Many: a\r\n" * 5000),
    "path": (b"GET /", b"a" * 60_000),
}


def connect(service):
    return socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS + 5)


def read(connection):
    """Until the end."""
    found = b""
    while piece := connection.recv(65_536):
        found += piece
    return found


@pytest.mark.parametrize("name", ENDLESS)
def test_a_head_without_end_is_read_no_further_than_its_limit(service, name):
    start, more = ENDLESS[name]
    sent = 0
    with connect(service) as connection, pytest.raises(ConnectionError):  # noqa: PT012
        connection.sendall(start)
        while sent < 100_000_000:
            sent += connection.send(more)
    assert sent < 20_000_000
    with connect(service) as connection:
        connection.sendall(start + b"a" * (MOST_BYTES + 1 - len(start)))
        assert read(connection).startswith(b"HTTP/1.1 431 ")


def test_a_head_below_the_limit_is_read(service):
    with connect(service) as connection:
        connection.sendall(GET + b"X-Long: " + b"a" * (MOST_BYTES - 1000) + b"\r\nConnection: close\r\n\r\n")
        assert read(connection).startswith(b"HTTP/1.1 200 ")


def test_requests_in_one_piece_are_answered_one_after_the_other(service):
    with connect(service) as connection:
        connection.sendall((GET + b"\r\n") * 3 + GET + b"Connection: close\r\n\r\n")
        assert read(connection).count(b"HTTP/1.1 200 ") == 4


@pytest.mark.slow
def test_a_head_that_does_not_come_is_not_waited_for(service):
    """Whether nothing comes, or a byte now and then, or one request and then a part of the next."""
    kinds = (b"", GET, b"\r\n", GET + b"\r\n" + GET)
    connections = [connect(service) for _ in kinds]
    start = time.monotonic()
    for connection, data in zip(connections, kinds, strict=True):
        connection.sendall(data)
    while time.monotonic() - start < SECONDS - 1:
        time.sleep(1)
        for connection, data in zip(connections, kinds, strict=True):
            if data:
                connection.sendall(b"\r\n" if data == b"\r\n" else b"X")
    for connection in connections:
        assert b"HTTP/1.1 408 " in read(connection)
        connection.close()
    assert SECONDS - 1 < time.monotonic() - start < SECONDS + 3
    assert service.ask()["tags"]
