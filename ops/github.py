"""What the workflows tell GitHub: `python -m ops.github issue|pull|release ...`, each brought up to date where it is.

So a workflow may run again after anything failed: there is one issue with a label, one pull request of a branch, one
release of a tag.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ops.gh import GitHubError, ask, find, repository, tell, upload
from ops.text_only import drop_pictures
from tagger.errors import TaggerError
from tagger.io import read_json


def main() -> None:
    words = parse_words()
    try:
        said = words.call(words)
    except TaggerError as error:
        sys.stderr.write(f"github: {error}\n")
        sys.exit(error.exit_code)
    print(f"github: {said}")


def parse_words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.github", description="Tell GitHub, once.")
    ways = parser.add_subparsers(required=True)
    issue = ways.add_parser("issue", help="the one issue with a label")
    issue.set_defaults(call=call_issue)
    issue.add_argument("--label", required=True)
    issue.add_argument("--start", metavar="WORKFLOW", help="to be started where the issue says something new")
    issue.add_argument("--input", metavar="NAME=VALUE", action="append", default=[], help="an input of that workflow")
    pull = ways.add_parser("pull", help="the one pull request of a branch")
    pull.set_defaults(call=call_pull)
    pull.add_argument("--head", metavar="BRANCH", required=True)
    release = ways.add_parser("release", help="the release of a tag, with files")
    release.set_defaults(call=call_release)
    release.add_argument("--tag", required=True)
    release.add_argument("files", nargs="*", type=Path)
    for way in (issue, pull, release):
        way.add_argument("--title", required=True)
        way.add_argument("--body", metavar="FILE", type=Path, required=True)
    propose = ways.add_parser("propose", help="the pull request of what ops.retrain found")
    propose.set_defaults(call=call_propose)
    propose.add_argument("found", metavar="FILE", type=Path, help="what `python -m ops.retrain --json` said")
    for way in (pull, propose):
        way.add_argument("--base", metavar="BRANCH", default="main", help="default: %(default)s")
    return parser.parse_args()


def call_issue(words: argparse.Namespace) -> str:
    return tell_issue(words.label, words.title, read_body(words.body), words.start, words.input)


def call_pull(words: argparse.Namespace) -> str:
    return tell_pull(words.head, words.base, words.title, read_body(words.body))


def call_release(words: argparse.Namespace) -> str:
    return tell_release(words.tag, words.title, read_body(words.body), words.files)


def call_propose(words: argparse.Namespace) -> str:
    found = read_json(words.found)
    if found["branch"] is None:
        return f"nothing to propose: {found['outcome']}"
    return tell_pull(found["branch"], words.base, found["title"], read_body(Path(found["report"])))


def read_body(path: Path) -> str:
    """A file of Markdown as GitHub keeps it. Raises GitHubError."""
    try:
        return drop_pictures(path.read_text(encoding="utf-8")).strip()
    except OSError as error:
        raise GitHubError(f"--body {path} cannot be read ({error.strerror}): name a file of Markdown") from error


def tell_issue(label: str, title: str, body: str, start: str | None, inputs: Sequence[str]) -> str:
    """Open or update the issue of a label, and start a workflow. What the latest one says, also where a person has
    closed it, is not said again."""
    issues = [issue for issue in ask("issues", labels=label, state="all") if "pull_request" not in issue]
    latest = issues[0] if issues else {"state": "none"}
    if says(latest, title=title, body=body):
        return f"issue #{latest['number']} ({latest['state']}) says so already"
    if start:  # before the issue: where one fails, the next run does both
        tell("POST", f"actions/workflows/{start}/dispatches", {"ref": "main", "inputs": read_inputs(inputs)})
    if latest["state"] == "open":
        tell("PATCH", f"issues/{latest['number']}", {"title": title, "body": body})
        return f"issue #{latest['number']} is updated"
    if find(f"labels/{quote(label, safe='')}") is None:
        tell("POST", "labels", {"name": label, "color": "d55e00"})
    made = tell("POST", "issues", {"title": title, "body": body, "labels": [label]})
    return f"issue #{made['number']} is opened"


def tell_pull(head: str, base: str, title: str, body: str) -> str:
    """Open or update the pull request of a branch."""
    owner = repository().split("/")[1]
    pulls = ask("pulls", state="open", head=f"{owner}:{head}", base=base)
    if not pulls:
        made = tell("POST", "pulls", {"title": title, "body": body, "head": head, "base": base})
        return f"pull request #{made['number']} is opened"
    if says(pulls[0], title=title, body=body):
        return f"pull request #{pulls[0]['number']} says so already"
    tell("PATCH", f"pulls/{pulls[0]['number']}", {"title": title, "body": body})
    return f"pull request #{pulls[0]['number']} is updated"


def tell_release(tag: str, title: str, body: str, files: Sequence[Path]) -> str:
    """Make the release of a tag, or bring it up to date, the latest one in either case, with these files."""
    text = {"name": title, "body": body, "make_latest": "true"}
    known = find(f"releases/tags/{quote(tag, safe='')}")
    if known:
        release = tell("PATCH", f"releases/{known['id']}", text)
    else:
        release = tell("POST", "releases", text | {"tag_name": tag})
    there = {asset["name"]: asset["id"] for asset in release["assets"]}
    for file in files:
        if file.name in there:
            tell("DELETE", f"releases/assets/{there[file.name]}")
        upload(release["upload_url"].partition("{")[0], file)
    return f"release {tag} is {'updated' if known else 'published'} with {len(files)} files"


def says(known: dict[str, Any], **text: str) -> bool:
    """Whether those are its words; GitHub gives an empty body as null."""
    return all((known.get(name) or "") == value for name, value in text.items())


def read_inputs(pairs: Sequence[str]) -> dict[str, str]:
    """The inputs of a workflow. Raises GitHubError."""
    for pair in pairs:
        if "=" not in pair:
            raise GitHubError(f"--input is {pair!r}, it should be NAME=VALUE")
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


if __name__ == "__main__":
    main()
