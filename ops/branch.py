"""A branch that a workflow keeps on top of another: `python -m ops.branch start|publish NAME [--onto main]`.

`start` checks it out with what was done there before, where that still fits, else anew; `publish` commits the record of
the runs and pushes it, as it leaves alone what somebody else pushed meanwhile.
"""

import argparse
import sys

from ops.git import GitError, git
from tagger.errors import TaggerError

REMOTE = "origin"
RECORD = ("params.yaml", "dvc.lock", "metrics")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ops.branch", description="Keep a branch on top of another.")
    parser.add_argument("what", choices=("start", "publish"))
    parser.add_argument("name")
    parser.add_argument("--onto", default="main", help="default: %(default)s")
    parser.add_argument("--message", help="of the commit")
    words = parser.parse_args()
    try:
        said = start(words.name, words.onto) if words.what == "start" else publish(words.name, words.message)
        print(f"branch: {said}")
    except TaggerError as error:
        sys.stderr.write(f"branch: {error}\n")
        sys.exit(error.exit_code)


def start(name: str, onto: str) -> str:
    """Check the branch out; says what it begins with. Raises GitError."""
    git("fetch", "--quiet", REMOTE, f"+refs/heads/*:refs/remotes/{REMOTE}/*", "--prune")
    base = f"{REMOTE}/{onto}"
    if not git("branch", "--remotes", "--list", f"{REMOTE}/{name}"):
        git("checkout", "--quiet", "-B", name, base)
        return f"{name} begins at {onto}"
    git("checkout", "--quiet", "-B", name, f"{REMOTE}/{name}")
    try:
        git("merge", "--quiet", "--no-edit", base)
    except GitError:
        # The other branch ran the pipeline, too. Its months are followed anew, from the downloads that were kept.
        git("merge", "--abort")
        git("reset", "--quiet", "--hard", base)
        return f"{name} does not fit {onto} any more and begins there anew"
    return f"{name} goes on, with {onto} merged"


def publish(name: str, message: str | None) -> str:
    """Commit what was recorded, where anything was, and push. Raises GitError."""
    git("add", *RECORD)
    if git("diff", "--cached", "--name-only"):
        git("commit", "--quiet", "--message", message or f"Run the pipeline on {name}")
    # The remote's branch as `start` saw it; where it is another by now the push is refused.
    known = f"refs/remotes/{REMOTE}/{name}"
    seen = git("rev-parse", "--quiet", "--verify", known) if git("for-each-ref", known) else ""
    git("push", "--quiet", f"--force-with-lease=refs/heads/{name}:{seen}", REMOTE, f"{name}:refs/heads/{name}")
    return f"{name} is pushed: {git('log', '-1', '--format=%h %s')}"


if __name__ == "__main__":
    main()
