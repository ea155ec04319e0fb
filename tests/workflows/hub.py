"""A repository on GitHub with a pipeline that has run, its data in a remote, and a month that brings drift next."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clone import Clone
from tests.workflows.github import GitHub, serving
from tests.workflows.runner import Runner

# The month after says `act`: a tag is new. Evidently takes seconds a month, logreg half a minute for each gate.
START = {
    "fetch": {"to": "2024-02"},
    "split": {"followed": 2},
    "drift": {"evidently_rows": 0},
    "models": {"linear": {"epochs": 1}},
    "promotion": {"baselines": ["dummy"]},
}
NEXT = "2024-03"


def make_hub(folder: Path) -> Clone:
    """A person's clone that has run and pushed everything: to hub.git and storage beside it."""
    clone = Clone(folder / "clone")
    clone.extra["TEST_PERSON"] = "1"
    clone.set_params(START)
    clone.run(f"git init -q --bare -b main {folder}/hub.git && git remote add origin {folder}/hub.git")
    clone.run(f"python -m ops.remote {folder}/storage")
    clone.run("dvc repro -q")
    clone.commit("run")
    clone.run("git push -q origin main && dvc push -q")
    return clone


@contextmanager
def open_hub(clone: Clone, folder: Path, venv_is_cached: bool = True) -> Iterator["Hub"]:
    """A copy of the hub as it was at first, with GitHub around it, for the length of a block."""
    shutil.copytree(clone.folder.parent / "hub.git", folder / "hub.git")
    with serving(folder / "hub.git") as github:
        yield Hub(clone, Runner(folder, github, venv_is_cached), github)


class Hub:
    """`clone` is a person's, at main."""

    def __init__(self, clone: Clone, runner: Runner, github: GitHub) -> None:
        self.clone, self.runner, self.github = clone, runner, github
        clone.run(f"git remote set-url origin {github.folder} && git fetch -q --prune --prune-tags origin")
        clone.run("git checkout -q -f -B main origin/main && git clean -fdq metrics && dvc checkout -q")

    def change(self, branch: str, values: dict, run: bool = True) -> str:
        """Other parameters on a person's branch, run and pushed; its commit."""
        self.clone.run(f"git checkout -q -B {branch}")
        self.clone.set_params(values)
        if run:
            self.clone.run("dvc repro -q && dvc push -q")
        self.clone.commit(branch)
        self.clone.run(f"git push -q origin {branch}")
        return self.clone.run("git rev-parse HEAD").strip()
