"""A proposed model: the report on it, and the branch that holds it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from ops.git import git
from ops.promote import RefusedError
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
    passed, said = scratch.ask("ops.promote", "--to", stage, "--against", base, no=RefusedError.exit_code)
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
    """The commit that a clone is at, and the branch it is proposed as, on `remote` where there is one."""

    scratch: Scratch
    branch: str
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
        """Whether a commit has the same files as the clone's and the same commit before it."""
        return git("rev-parse", f"{known}^{{tree}}", f"{known}^") == self.scratch.git(
            "rev-parse", "HEAD^{tree}", "HEAD^"
        )

    def take(self, known: str) -> str:
        """Let the clone be at a commit that is the same, so that the report names that one."""
        self.scratch.git("fetch", "--quiet", str(Path.cwd()), known)
        self.scratch.git("checkout", "--quiet", "--detach", known)
        return known

    def share(self, known: str | None) -> None:
        """Push data and model, then the branch in one step, unless it has moved meanwhile. Raises GitError."""
        name, commit = f"refs/heads/{self.branch}", self.scratch.git("rev-parse", "HEAD")
        git("fetch", "--quiet", str(self.scratch.folder), "HEAD")
        if self.scratch.shared:
            self.scratch.run("dvc", "push")
        if self.remote:
            git("push", "--quiet", f"--force-with-lease={name}:{known or ''}", self.remote, f"{commit}:{name}")
        else:
            git("update-ref", name, commit, known or "0" * len(commit))
