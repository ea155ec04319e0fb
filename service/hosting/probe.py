"""Asks a running service whether it is ready, and a question: `python -m service.hosting.probe [--ask]`.

For health checks. Needs Python alone, so that it starts in a tenth of a second and runs beside any version.
"""

import argparse
import http.client
import json
import math
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIMEOUT = 10
# Another processor rounds otherwise, in the last bits.
TOLERANCE, SMALL = 1e-3, 1e-6


class ProbeError(Exception):
    """The service does not answer as it should, in one line."""


class Door(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, host: str, timeout: float = TIMEOUT) -> None:
        super().__init__(host, timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m service.hosting.probe", description="Is the service ready?")
    parser.add_argument("--port", type=int, default=int(os.environ.get("TAGGER_PORT", "8000")))
    parser.add_argument("--ask", action="store_true", help="ask a question, too")
    given = parser.parse_args()
    try:
        connection = http.client.HTTPConnection(name_host(os.environ), given.port, timeout=TIMEOUT)
        connection.sock = socket.create_connection(("127.0.0.1", given.port), TIMEOUT)
        check_ready(connection)
        if given.ask:
            check_answer(connection, {}, os.environ.get("TAGGER_PROBE_KEY"))
    except (OSError, ProbeError) as error:
        sys.exit(f"probe: {error}")


def name_host(environment: Mapping[str, str]) -> str:
    """A name by which the service lets itself be asked."""
    name = environment.get("TAGGER_HOSTS", "").split(",")[0].strip()
    return "localhost" if name in ("", "*") else name


def check_ready(connection: http.client.HTTPConnection) -> None:
    """Raises ProbeError unless /readyz says 200."""
    ask(connection, "GET", "/readyz")


def check_versions(connection: http.client.HTTPConnection, release: dict[str, Any], key: str | None = None) -> None:
    """Does it serve what versions.json says, and is that the model of a release.json? Raises ProbeError."""
    ready = ask(connection, "GET", "/readyz")
    # An earlier release does not say.
    if ready.get("versions") == "behind":
        raise ProbeError(
            f"does not follow versions.json in the state (its log says why) and serves {ready['version']} in its stead:"
            " `python -m service.versions` drop, rollback or reset leaves out what cannot be served"
        )
    served = ask(connection, "GET", "/v1/model", None, key)
    if served["sha256"] != release["sha256"]:
        raise ProbeError(
            f"serves the model {served['sha256'][:12]}, not the release's {release['sha256'][:12]}: versions.json in"
            " the state names another champion; build with that model, or `python -m service.versions reset`"
        )


def check_answer(connection: http.client.HTTPConnection, release: dict[str, Any], key: str | None = None) -> None:
    """Ask a question; where a release.json says what the model that is served answers, compare. Raises ProbeError."""
    question = release.get("question", {"title": "How do I merge two dictionaries?"})
    served = ask(connection, "GET", "/v1/model", None, key)
    answer = ask(connection, "POST", "/v1/tags", question | {"keep": False}, key)
    found = {row["tag"]: row["probability"] for row in answer["tags"]}
    if not found:
        raise ProbeError("answers a question with no tag at all")
    # Another model has an answer of its own, be it the champion of versions.json or a challenger.
    known = served["sha256"] == release.get("sha256") and answer["version"] == served["version"]
    wanted = release["tags"] if known else {}
    if not all(math.isclose(found.get(tag, -1), wanted[tag], rel_tol=TOLERANCE, abs_tol=SMALL) for tag in wanted):
        raise ProbeError(f"answers {show(found)} where the release was built answering {show(wanted)}")


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: object = None, key: str | None = None
) -> dict[str, Any]:
    """One request's JSON. Raises ProbeError for anything but 200."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise ProbeError(f"{method} {path}: no answer ({error!r})") from error
    if answer.status != http.client.OK:
        hint = ": set TAGGER_PROBE_KEY to a key that may ask" if answer.status in (401, 403) else ""
        raise ProbeError(f"{method} {path}: {answer.status} {text[:200].decode(errors='replace')}{hint}")
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise ProbeError(f"{method} {path}: no JSON, {text[:100]!r}") from error
    return found


def show(tags: dict[str, float]) -> str:
    return ", ".join(f"{tag} {probability:.3g}" for tag, probability in tags.items())


if __name__ == "__main__":
    main()
