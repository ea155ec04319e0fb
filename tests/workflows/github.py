"""GitHub's REST API on loopback, as far as the workflows use it: what it is sent is checked, and it remembers.

`gh` takes http://api.github.localhost for GitHub where GH_HOST says so, and its proxy may be any port of loopback.
Paths, statuses and fields are those of https://docs.github.com/rest.
"""

import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

TOKEN = "a-token-of-the-run"  # noqa: S105
REPOSITORY = "owner/tagger"
API, UPLOADS = "http://api.github.localhost", "http://uploads.github.localhost"
Answer = tuple[int, Any]


class Refusal(Exception):  # noqa: N818
    """An answer other than 2xx."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.answer = status, {"message": message, "errors": [{"code": code}] if code else []}


class GitHub:
    """State of one repository, whose git is the bare one in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.issues: list[dict[str, Any]] = []
        self.releases: list[dict[str, Any]] = []
        self.assets: dict[int, bytes] = {}
        self.labels: set[str] = set()
        self.dispatches: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.broken: set[str] = set()
        self.proxy = ""

    @property
    def pulls(self) -> list[dict[str, Any]]:
        return [issue for issue in self.issues if "head" in issue]

    @property
    def alarms(self) -> list[dict[str, Any]]:
        return [issue for issue in self.issues if "head" not in issue]

    def answer(self, method: str, url: str, token: str | None, content: bytes, kind: str | None) -> Answer:
        """What GitHub says. Raises Refusal."""
        address = urlsplit(url)
        self.requests.append(f"{method} {unquote(address.path)}")
        if token != f"token {TOKEN}":
            raise Refusal(401, "Bad credentials")
        host = f"{address.scheme}://{address.netloc}"
        prefix = f"/repos/{REPOSITORY}/"
        if host not in (API, UPLOADS) or not address.path.startswith(prefix):
            raise Refusal(404, "Not Found")
        path = address.path.removeprefix(prefix)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        for known, pattern, call in ROUTES:
            match = re.fullmatch(pattern, path)
            if known == f"{method} {host}" and match:
                if path.split("/")[0] in self.broken:
                    raise Refusal(503, "Service Unavailable")
                if host == UPLOADS:
                    return call(self, query, (content, kind), *match.groups())
                return call(self, query, json.loads(content) if content else {}, *match.groups())
        raise Refusal(404, "Not Found")

    def list_issues(self, query: dict[str, str], body: Any) -> Answer:
        states = {"open", "closed"} if query.get("state") == "all" else {query.get("state", "open")}
        found = [issue for issue in self.issues if issue["state"] in states]
        return 200, [
            issue for issue in reversed(found) if query["labels"] in {label["name"] for label in issue["labels"]}
        ]

    def make_issue(self, query: dict[str, str], body: Any) -> Answer:
        if unknown := set(body["labels"]) - self.labels:
            raise Refusal(422, f"labels {unknown}", "missing")
        return 201, self.add(body, labels=[{"name": label} for label in body["labels"]])

    def add(self, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Issues and pull requests are numbered together, and listed together."""
        check_text(body)
        text = {"title": body["title"], "body": body["body"] or None, "state": "open", "labels": []}
        self.issues.append({"number": len(self.issues) + 1} | text | more)
        return self.issues[-1]

    def change_issue(self, query: dict[str, str], body: Any, number: str) -> Answer:
        check_text(body)
        self.issues[int(number) - 1] |= body
        return 200, self.issues[int(number) - 1]

    def find_label(self, query: dict[str, str], body: Any, name: str) -> Answer:
        if unquote(name) not in self.labels:
            raise Refusal(404, "Not Found")
        return 200, {"name": unquote(name)}

    def make_label(self, query: dict[str, str], body: Any) -> Answer:
        if body["name"] in self.labels:
            raise Refusal(422, "Validation Failed", "already_exists")
        assert re.fullmatch(r"[0-9a-f]{6}", body["color"])
        self.labels.add(body["name"])
        return 201, body

    def list_pulls(self, query: dict[str, str], body: Any) -> Answer:
        owner, _, head = query["head"].partition(":")
        assert owner == REPOSITORY.split("/")[0], "GitHub ignores a head without its owner"
        wanted = (head, query["base"], query["state"])
        return 200, [pull for pull in self.pulls if (pull["head"]["ref"], pull["base"]["ref"], pull["state"]) == wanted]

    def make_pull(self, query: dict[str, str], body: Any) -> Answer:
        head, base = body["head"], body["base"]
        if any(pull["head"]["ref"] == head and pull["state"] == "open" for pull in self.pulls):
            raise Refusal(422, "Validation Failed", "custom")
        for side in (head, base):
            if not self.has(f"refs/heads/{side}"):
                raise Refusal(422, "Validation Failed", "invalid")
        if not self.git("rev-list", f"refs/heads/{base}..refs/heads/{head}"):
            raise Refusal(422, f"No commits between {base} and {head}", "custom")
        return 201, self.add(body, head={"ref": head}, base={"ref": base}, pull_request={})

    def start(self, query: dict[str, str], body: Any, workflow: str) -> Answer:
        if not self.has(f"refs/heads/{body['ref']}"):
            raise Refusal(422, f"No ref found for: {body['ref']}")
        text = self.git("show", f"refs/heads/{body['ref']}:.github/workflows/{workflow}")
        # YAML 1.1 reads the key `on` as true.
        known = yaml.safe_load(text)[True]["workflow_dispatch"]["inputs"]
        if unknown := set(body.get("inputs", {})) - set(known):
            raise Refusal(422, f"Unexpected inputs provided: {sorted(unknown)}")
        self.dispatches.append({"workflow": workflow} | body)
        return 204, None

    def find_release(self, query: dict[str, str], body: Any, tag: str) -> Answer:
        for release in self.releases:
            if release["tag_name"] == unquote(tag):
                return 200, release
        raise Refusal(404, "Not Found")

    def make_release(self, query: dict[str, str], body: Any) -> Answer:
        if any(release["tag_name"] == body["tag_name"] for release in self.releases):
            raise Refusal(422, "Validation Failed", "already_exists")
        assert self.has(f"refs/tags/{body['tag_name']}"), "GitHub would make a tag of its own"
        number = len(self.releases) + 1
        url = f"{UPLOADS}/repos/{REPOSITORY}/releases/{number}/assets{{?name,label}}"
        self.releases.append({"id": number, "assets": [], "upload_url": url} | body)
        return 201, self.releases[-1]

    def change_release(self, query: dict[str, str], body: Any, number: str) -> Answer:
        self.releases[int(number) - 1] |= body
        return 200, self.releases[int(number) - 1]

    def add_asset(self, query: dict[str, str], sent: Any, number: str) -> Answer:
        assets = self.releases[int(number) - 1]["assets"]
        if any(asset["name"] == query["name"] for asset in assets):
            raise Refusal(422, "Validation Failed", "already_exists")
        content, kind = sent
        assert kind == "application/octet-stream"
        assert content
        identity = len(self.assets) + 1
        self.assets[identity] = content
        assets.append({"id": identity, "name": query["name"], "size": len(content)})
        return 201, assets[-1]

    def drop_asset(self, query: dict[str, str], body: Any, number: str) -> Answer:
        for release in self.releases:
            release["assets"] = [asset for asset in release["assets"] if asset["id"] != int(number)]
        return 204, None

    def has(self, ref: str) -> bool:
        return bool(self.git("for-each-ref", ref))

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", "-C", self.folder, *words], capture_output=True, text=True, check=False)
        return done.stdout.strip()


def check_text(body: dict[str, Any]) -> None:
    """Title and body within GitHub's limits, and no picture that lies on nobody's disk any more."""
    if len(body["title"]) > 256 or len(body["body"]) > 65_536:
        raise Refusal(422, "Validation Failed", "too_long")
    assert not re.search(r"!\[[^]]*\]\((?!http)", body["body"])


ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    (f"GET {API}", "issues", GitHub.list_issues),
    (f"POST {API}", "issues", GitHub.make_issue),
    (f"PATCH {API}", r"(?:issues|pulls)/(\d+)", GitHub.change_issue),
    (f"GET {API}", "labels/([^/]+)", GitHub.find_label),
    (f"POST {API}", "labels", GitHub.make_label),
    (f"GET {API}", "pulls", GitHub.list_pulls),
    (f"POST {API}", "pulls", GitHub.make_pull),
    (f"POST {API}", r"actions/workflows/([\w.]+)/dispatches", GitHub.start),
    (f"GET {API}", "releases/tags/([^/]+)", GitHub.find_release),
    (f"POST {API}", "releases", GitHub.make_release),
    (f"PATCH {API}", r"releases/(\d+)", GitHub.change_release),
    (f"DELETE {API}", r"releases/assets/(\d+)", GitHub.drop_asset),
    (f"POST {UPLOADS}", r"releases/(\d+)/assets", GitHub.add_asset),
]


@contextmanager
def serving(folder: Path) -> Iterator[GitHub]:
    """A GitHub of the bare repository, for the length of a block."""
    github = GitHub(folder)

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            content = read_content(self)
            token, kind = self.headers.get("Authorization"), self.headers.get("Content-Type")
            try:
                status, answer = github.answer(self.command, self.path, token, content, kind)
            except Refusal as refusal:
                status, answer = refusal.answer
            # A check of this server that fails must not end as a connection that is reset.
            except Exception as error:  # noqa: BLE001
                status, answer = 500, {"message": f"the test's server says {error!r}"}
            body = b"" if status == 204 else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *words: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        github.proxy = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield github
        finally:
            server.shutdown()
            thread.join()


def read_content(handler: BaseHTTPRequestHandler) -> bytes:
    """What was sent; gh sends what it reads from its standard input in chunks."""
    if handler.headers.get("Transfer-Encoding") != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    content = b""
    while size := int(handler.rfile.readline(), 16):
        content += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return content


def point_at(github: GitHub, home: Path) -> dict[str, str]:
    """The variables that make `gh` talk to it; who asks is not among them."""
    return {
        "GH_HOST": "github.localhost",
        "GH_CONFIG_DIR": str(home / "gh"),
        **dict.fromkeys(("HTTP_PROXY", "http_proxy"), github.proxy),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1"),
        "GITHUB_REPOSITORY": REPOSITORY,
    }
