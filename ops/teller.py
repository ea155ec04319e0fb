"""Tells a story in which every step is a command, and must come out as it says."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tagger.errors import TaggerError

PERSON = {"NAME": "A person", "EMAIL": "person@example.org"}


class StoryError(TaggerError):
    """A step did not come out as it must."""


@dataclass
class Story:
    """`folder` holds the clones and the remotes; `here` is the clone that commands run in."""

    folder: Path
    here: Path = field(init=False)
    start: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.here = self.folder / "clone"

    def tell(self, title: str) -> None:
        """Begin a chapter."""
        print(f"\n## {title} ({time.monotonic() - self.start:.0f} s)", flush=True)

    def run(self, command: str, *says: str, code: int = 0) -> str:
        """Run a command that must end with `code` and print what each pattern of `says` finds. Raises StoryError."""
        process = self.begin(command)
        return self.end(process, says, code)

    def begin(self, command: str, here: Path | None = None) -> "subprocess.Popen[str]":
        """Start a command in a clone."""
        print(f"$ {command}", flush=True)
        words = ["bash", "-o", "pipefail", "-c", command]
        where, out, err = here or self.here, subprocess.PIPE, subprocess.STDOUT
        return subprocess.Popen(words, cwd=where, env=self.environment(), text=True, stdout=out, stderr=err)

    def end(self, process: "subprocess.Popen[str]", says: Sequence[str], code: int) -> str:
        """Wait for a command and hold what it did against what it must. Raises StoryError."""
        printed = process.communicate()[0]
        found = [re.search(pattern, printed, re.MULTILINE) for pattern in says]
        if process.returncode != code or not all(found):
            missing = [pattern for pattern, match in zip(says, found, strict=True) if not match]
            wanted = f"code {code}" + "".join(f", {pattern!r}" for pattern in missing)
            raise StoryError(f"that ended with code {process.returncode}, wanted was {wanted}:\n{printed}")
        for match in filter(None, found):
            print(f"  {match[0].strip()}", flush=True)
        return printed

    def environment(self) -> dict[str, str]:
        """This one, with this Python first, a person who commits, and no experiment around."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DVC_EXP", "GIT_"))}
        people = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in PERSON.items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        return kept | people | {"PATH": path, "TAGGER_CACHE": str(self.folder / "downloads")}

    def propose(self, branch: str, edits: str) -> None:
        """A branch on which parameters are changed and the pipeline has run, as a pull request would have it."""
        self.run(f"git checkout -q -b {branch} main")
        sets = " ".join(f"-S {edit}" for edit in edits.split())
        self.run(f"dvc exp run -q {sets}")
        self.run(f"git commit -q -a -m '{edits}' && git push -q origin {branch} && dvc push -q")

    def merge(self, branch: str) -> None:
        """Take a branch into main."""
        self.run(
            f"git checkout -q main && git merge -q --ff-only {branch} && git push -q origin main && dvc checkout -q"
        )
