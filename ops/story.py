"""The way of a model from an experiment to production and back, played through: `make story`.

In a folder of its own: a clone of the last commit, a bare repository and a folder as remotes, and the commands that
people and workflows type. Every step says what must come of it; where something else does, the story ends there.
"""

import argparse
import shutil
import sys
from pathlib import Path

from ops.teller import Story, StoryError
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
        # With the baselines that were trained for this very commit before.
        kept = f"mkdir .cache && cp -r {story.here}/.cache/baselines .cache"
        story.run(f"git clone -q {story.folder}/hub.git {clone} && cd {clone} && {kept} && dvc pull -q")
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
