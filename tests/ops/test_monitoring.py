"""What stands in the way of watching is told in one line; what rings, in one line each."""

import socket

import httpx
import pytest

from ops import monitoring
from ops.receiver import Receiver, tell

ALERT = {
    "status": "firing",
    "labels": {"alertname": "TaggerDown", "severity": "critical"},
    "annotations": {"summary": "The service does not answer", "runbook_url": "docs/monitoring.md#taggerdown"},
}


def run(monkeypatch, capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        monitoring.main(arguments)
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.code == 1
    return line


def test_programs_that_are_not_installed(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    line = run(monkeypatch, capsys, "--folder", str(tmp_path))
    assert line.endswith("apt-get install prometheus prometheus-alertmanager")


def test_a_key_that_is_not_there(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(monitoring, "find_programs", lambda: ["prometheus", "alertmanager"])
    line = run(monkeypatch, capsys, "--folder", str(tmp_path), "--key", str(tmp_path / "none"))
    assert f"{tmp_path / 'none'} is no file" in line
    assert "service.keys" in line


def test_a_program_that_ends_says_why(monkeypatch, capsys, tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho 'the port is taken'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(monitoring, "find_programs", lambda: [str(program), str(program)])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        line = run(monkeypatch, capsys, "--folder", str(tmp_path / "kept"), "--prometheus", port)
    assert line.endswith("ended: the port is taken")


def test_what_the_webhook_is_sent_is_told_in_a_line_each(capsys):
    sent = []
    with Receiver(sent.append) as receiver:
        body = {"alerts": [ALERT, ALERT | {"status": "resolved"}]}
        assert httpx.post(receiver.url, json=body).status_code == 200
    tell(sent[0])
    first, second = capsys.readouterr().out.splitlines()
    words = "critical TaggerDown: The service does not answer (docs/monitoring.md#taggerdown)"
    assert first.endswith(f" firing {words}")
    assert second.endswith(f" resolved {words}")
