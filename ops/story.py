"""The way of a model from an experiment to production and back, played through: `make story`.

In a folder of its own: a clone of the last commit, a bare repository and a folder as remotes, and the commands that
people and workflows type. Every step says what must come of it; where something else does, the story ends there.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tagger.errors import TaggerError

# Two months are followed, the strategy may be promoted, Evidently's pages, which take seconds a month, are left out.
START = (
    "fetch.to=2024-02 split.followed=2 strategy=time_series strategies.time_series.folds=2 drift.evidently_rows=0 "
    "models.linear.epochs=1"
)
# Of two who promote, each waits before the push until the other has come as far.
MEET = """#!/bin/sh
touch "{here}"
for _ in $(seq 600); do [ -e "{other}" ] && exit 0; sleep 0.1; done
exit 1
"""
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
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(words, cwd=here or self.here, env=self.environment(), text=True, **streams)  # type: ignore[call-overload,no-any-return]

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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ops.story", description="From an experiment to production.")
    parser.add_argument("--folder", type=Path, default=Path(".cache/story"), help="made anew (default: %(default)s)")
    folder = parser.parse_args().folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    story = Story(folder)
    try:
        for chapter in (set_up, be_better, be_worse, be_alike, change_nothing, drift, go_back, meet):
            chapter(story)
    except TaggerError as error:
        sys.exit(f"story: {error}")
    story.tell("The end")


def set_up(story: Story) -> None:
    story.tell("A clone, its remotes, a champion")
    source, folder = Path.cwd(), story.folder
    git_to = f"git remote set-url origin {folder}/hub.git && git push -q origin HEAD:main && git checkout -q -B main"
    story.here = folder
    story.run(f"git init -q --bare -b main hub.git && git clone -q {source} clone")
    story.here = folder / "clone"
    story.run(git_to)
    story.run(f"python -m ops.remote {folder}/storage", "The default remote is storage.*")
    story.run(f"dvc exp run -q {' '.join(f'-S {edit}' for edit in START.split())}")
    story.run("git commit -q -a -m 'The first model' && git push -q origin main && dvc push -q")
    story.run("python -m ops.promote --to prod", r"tagger@v1\.0\.0 is in prod: tag tagger#prod#1.*")


def be_better(story: Story) -> None:
    story.tell("A pull request that is better")
    story.propose("better", "models.linear.epochs=3")
    story.run("python -m ops.report --base main", "^better: .*")
    story.run("python -m ops.promote --to prod --dry-run", r"champion tagger@v1.*passed", "every rule is passed.*")
    story.merge("better")
    story.run("python -m ops.promote --to prod", r"tagger@v2\.0\.0 is in prod: tag tagger#prod#2.*")


def be_worse(story: Story) -> None:
    story.tell("One that is worse")
    be_refused(story, "worse", "model=linearsvc", "worse")


def be_alike(story: Story) -> None:
    story.tell("One that makes no difference")
    edits = "features.text.ngrams=1 features.title.ngrams=1 features.code.ngrams=1"
    be_refused(story, "alike", edits, "no difference seen")


def be_refused(story: Story, branch: str, edits: str, word: str) -> None:
    """A pull request whose report says `word`, and which the gate refuses."""
    story.propose(branch, edits)
    story.run("python -m ops.report --base main", f"^{word}: .*")
    story.run("python -m ops.promote --to prod", r"champion tagger@v2.*refused", "^promote: refused by.*", code=3)


def change_nothing(story: Story) -> None:
    story.tell("One that changes nothing")
    story.run("git checkout -q main && dvc checkout -q && git checkout -q -b nothing")
    story.run("git commit -q --allow-empty -m 'Results were forgotten'")
    story.run("python -m ops.report --base main", "^report: .*", code=1)


def drift(story: Story) -> None:
    story.tell("A new month, with drift: alarm, retraining, promotion")
    story.run("git checkout -q main && dvc checkout -q")
    story.run("python -m ops.follow --month 2024-03", "^follow: 2024-03 to fetch and follow.*")
    story.run("dvc repro", "^drift: .*2024-03 act.*")
    story.run("git commit -q -a -m 'Follow 2024-03' && git add metrics && git commit -q --amend --no-edit")
    story.run("git push -q origin main && dvc push -q")
    story.run("python -m ops.alarm && cat reports/alarm.md", "^act$", "^- langchain is new.*")
    story.run("python -m ops.promote --to prod --dry-run", "drift .* act in 2024-03 .* refused", code=3)
    story.run("python -m ops.retrain --to prod", "champion tagger@v2.*passed", "^retrain: proposed: .*")
    story.run("python -m ops.retrain --to prod", "^retrain: already: .*")
    story.run("git fetch -q origin retrain/2024-03 && git branch -q retrained FETCH_HEAD")
    story.merge("retrained")
    story.run("python -m ops.promote --to prod", r"tagger@v3\.0\.0 is in prod: tag tagger#prod#3.*")


def go_back(story: Story) -> None:
    story.tell("Back again")
    story.run("python -m ops.rollback", r"^prod is tagger@v2\.0\.0 .* tag tagger#prod#4")
    story.run("gto show", r"^.*tagger .* v2\.0\.0 .*$")


def meet(story: Story) -> None:
    story.tell("Two promotions at once")
    clones = [story.folder / name for name in ("one", "other")]
    for clone, meets in zip(clones, reversed(clones), strict=True):
        story.run(f"git clone -q {story.folder}/hub.git {clone} && cd {clone} && dvc pull -q")
        hook = clone / ".git/hooks/pre-push"
        hook.write_text(MEET.format(here=f"{clone}.ready", other=f"{meets}.ready"))
        hook.chmod(0o755)
    started = [story.begin("python -m ops.promote --to prod", clone) for clone in clones]
    codes = [process.wait() for process in started]
    if sorted(codes) != [0, 1]:
        raise StoryError(f"one of two should win, they ended with codes {codes}")
    won, lost = (started[codes.index(code)] for code in (0, 1))
    story.end(won, [r"tagger@v3\.0\.0 is in prod: tag tagger#prod#5.*"], 0)
    story.end(lost, ["tagger#prod#5 was set by someone else meanwhile.*"], 1)


if __name__ == "__main__":
    main()
