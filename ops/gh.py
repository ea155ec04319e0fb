"""GitHub's REST API, through the program `gh`: which repository says GITHUB_REPOSITORY, who asks GH_TOKEN.

GitHub's runners set the first, a workflow must give the second to the step that needs it.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from tagger.errors import TaggerError


class GitHubError(TaggerError):
    """GitHub does not do what it is asked for; `status` is HTTP's, None where there was no answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def ask(path: str, **query: str) -> Any:
    """What lies at a path of the repository. Raises GitHubError."""
    return request("GET", f"{repository()}/{path}" + (f"?{urlencode(query)}" if query else ""))


def find(path: str) -> Any:
    """What lies at a path of the repository, None where nothing does. Raises GitHubError."""
    try:
        return ask(path)
    except GitHubError as error:
        if error.status == 404:
            return None
        raise


def tell(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Have something made, changed or removed; the answer. Raises GitHubError."""
    words = [] if body is None else ["--input", "-"]
    return request(method, f"{repository()}/{path}", *words, given=json.dumps(body) if words else None)


def upload(url: str, file: Path) -> Any:
    """Send a file to where a release wants its assets. Raises GitHubError."""
    words = ["--input", str(file), "--header", "Content-Type: application/octet-stream"]
    return request("POST", f"{url}?name={quote(file.name, safe='')}", *words)


def repository() -> str:
    """The path of the repository. Raises GitHubError."""
    name = os.environ.get("GITHUB_REPOSITORY")
    if not name:
        raise GitHubError("GITHUB_REPOSITORY is not set: give it as owner/name")
    return f"repos/{name}"


def request(method: str, path: str, *words: str, given: str | None = None) -> Any:
    """One request; None where the answer is empty. Raises GitHubError."""
    command = ["gh", "api", "--method", method, path, "--header", "Accept: application/vnd.github+json", *words]
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise GitHubError("the program gh is not installed: https://cli.github.com, or apt-get install gh") from error
    if done.returncode:
        raise GitHubError(f"{method} {path} says: {describe(done)}", read_status(done.stderr))
    return json.loads(done.stdout) if done.stdout.strip() else None


def describe(done: "subprocess.CompletedProcess[str]") -> str:
    """Why it was refused, in a line."""
    return " ".join(f"{done.stderr} {done.stdout}".split())[:500]


def read_status(said: str) -> int | None:
    """The status that gh names at the end of its message: `gh: Not Found (HTTP 404)`."""
    number = said.rpartition("(HTTP ")[2][:3]
    return int(number) if number.isdigit() else None
