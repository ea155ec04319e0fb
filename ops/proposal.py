"""A proposed model: the report on it, and the branch that holds it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from ops.git import git
from ops.promotion.versions import shorten
from ops.scratch import Scratch
from tagger.errors import TaggerError
from tagger.io import write_text

PAGE = "report.md"
# In the message of every proposal, so that a branch with a person's commits on top is told from one without.
MARK = "Made by python -m ops.retrain."


class ProposalError(TaggerError):
    """The branch holds a person's work."""


def write_report(scratch: Scratch, base: str, stage: str, folder: Path) -> bool:
    """Whether the gate lets the clone's commit pass; its rules and what differs from `base` go to the folder's page."""
    passed, said = scratch.ask("ops.promote", "--to", stage, "--against", base, no=3)
    rules = "\n".join(line for line in said.splitlines() if not line.startswith("promote:")).strip()
    scratch.run("ops.report", "--base", shorten(base))
    made = scratch.folder / "reports/pull"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(made, folder)
    word = "Every rule is passed" if passed else "A rule refuses it"
    page = (made / "report.md").read_text(encoding="utf-8")
    write_text(folder / PAGE, f"## {word}\n\n{rules}\n\n{page}")
    return passed


@dataclass(frozen=True)
class Proposal:
    """A commit that was made in a clone, and the branch it is proposed as, on `remote` where there is one."""

    scratch: Scratch
    branch: str
    commit: str
    remote: str | None

    def find_known(self) -> str | None:
        """The commit that the branch is at, brought here. Raises ProposalError, GitError."""
        name = f"refs/heads/{self.branch}"
        if self.remote:
            found = git("ls-remote", self.remote, name).split()
            if found:
                git("fetch", "--quiet", self.remote, name)
        else:
            found = git("for-each-ref", "--format=%(objectname)", name).split()
        if found and MARK not in git("log", "-1", "--format=%B", found[0]):
            raise ProposalError(f"{self.branch} has a person's commits, which stay: merge or delete it, then run again")
        return found[0] if found else None

    def is_same(self, known: str) -> bool:
        """Whether another commit has the same files and the same commit before it."""
        words = ("rev-parse", "{0}^{{tree}}", "{0}^")
        return git(*(word.format(known) for word in words)) == self.scratch.git(
            *(word.format(self.commit) for word in words)
        )

    def share(self, known: str | None) -> None:
        """Push data and model, then the branch in one step, unless it has moved meanwhile. Raises GitError."""
        git("fetch", "--quiet", str(self.scratch.folder), "HEAD")
        name = f"refs/heads/{self.branch}"
        if self.scratch.shared:
            self.scratch.run("dvc", "push")
        if self.remote:
            lease = f"--force-with-lease={name}:{known or ''}"
            git("push", "--quiet", lease, self.remote, f"{self.commit}:{name}")
        else:
            git("update-ref", name, self.commit, known or "0" * len(self.commit))
