"""How the service leaves and how it comes: nobody is cut off, and a gate holds the port until it is opened."""

import json
import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.imports import ROOT
from tests.searches import kill, start
from tests.service.servers import serving

BODY = json.dumps({"title": "How to join a table"}).encode()


def ask(connection):
    connection.request("POST", "/v1/tags", BODY, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.getheader("connection")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_connection_that_waits_gets_one_more_answer(model, tmp_path, workers):
    with serving(tmp_path, model, WORKERS=workers) as service:
        service.client.close()
        waiting = [HTTPConnection("127.0.0.1", service.port, timeout=10) for _ in range(8)]
        assert {ask(connection) for connection in waiting} == {(200, None)}
        service.process.terminate()
        time.sleep(1)
        assert {ask(connection) for connection in waiting} == {(200, "close")}
        for connection in waiting:
            connection.close()
        service.process.communicate(timeout=20)
        assert service.process.returncode == 0


@pytest.mark.slow
def test_it_ends_though_a_connection_stays_silent(model, tmp_path):
    with serving(tmp_path, model) as service:
        service.client.close()
        with socket.create_connection(("127.0.0.1", service.port)):
            begin = time.monotonic()
            service.stop()
        assert time.monotonic() - begin < 15


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_the_port_opens_with_the_gate(model, tmp_path, workers):
    door = tmp_path / "d"
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        settings = {"MODEL": model, "STATE": tmp_path / "state", "DOOR": door, "FD": held.fileno(), "WORKERS": workers}
        environment = {f"TAGGER_{name}": str(value) for name, value in settings.items()}
        held.set_inheritable(True)
        process = subprocess.Popen(
            [sys.executable, "-m", "service"],
            cwd=ROOT,
            env=os.environ | environment,
            pass_fds=[held.fileno()],
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            look_through(door / "socket")
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(held.getsockname(), 5)
            (door / "open").touch()
            time.sleep(1)
            outside = HTTPConnection(*held.getsockname(), timeout=10)
            assert ask(outside)[0] == 200
            outside.close()
        finally:
            kill(process)


# In a process of its own: Unix sockets are closed to tests.
LOOK = """
import sys
from pathlib import Path
from service.hosting.probe import Door, check_answer, check_ready
check_ready(Door(Path(sys.argv[1]), "localhost"))
check_answer(Door(Path(sys.argv[1]), "localhost"), {})
"""


def look_through(door: Path) -> None:
    """Return when the service answers there."""
    end = time.monotonic() + 30
    while (done := subprocess.run([sys.executable, "-c", LOOK, door], cwd=ROOT, capture_output=True)).returncode:
        assert time.monotonic() < end, done.stderr
        time.sleep(0.1)


def test_a_descriptor_that_is_no_socket_is_told_in_one_line(model, tmp_path):
    given = {"TAGGER_FD": "999", "TAGGER_MODEL": str(model), "TAGGER_STATE": str(tmp_path)}
    process = start([sys.executable, "-m", "service"], ROOT, **given)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "TAGGER_FD is 999, which is no open socket (Bad file descriptor)" in said
    assert "Traceback" not in said


def test_a_setting_may_be_a_file(tmp_path, monkeypatch):
    from service.settings import read_settings

    (tmp_path / "tagger_database").write_text("postgresql+psycopg://tagger:hidden@host/db\n")
    monkeypatch.setenv("TAGGER_SECRETS", str(tmp_path))
    assert read_settings().url == "postgresql+psycopg://tagger:hidden@host/db"
