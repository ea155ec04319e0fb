"""Conflicts in dvc.lock, in a clone, with the commands that people type."""

import re
import shutil

import pytest
import yaml

from tests.clone import Clone, list_runs

pytestmark = pytest.mark.slow

EPOCHS, MONTHS = {"models": {"linear": {"epochs": 2}}}, {"drift": {"months": 1}}


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    """A clone with the branches `epochs`, `more` and `months`: a parameter of train, the same, one of drift."""
    clone = Clone(tmp_path_factory.mktemp("resolve") / "clone", twin=small_clone)
    for name, values in (("epochs", EPOCHS), ("months", MONTHS), ("more", {"models": {"linear": {"epochs": 4}}})):
        clone.run(f"git checkout -q main && git checkout -q -b {name} && dvc checkout -q")
        clone.set_params(values)
        clone.run("dvc repro -q")
        clone.commit(name)
    # Nothing may come from DVC's run-cache, which a colleague's clone has not.
    shutil.rmtree(clone.folder / ".dvc/cache/runs")
    return clone


@pytest.fixture(autouse=True)
def forget(clone):
    """Every test ends without a merge under way, and without a record of what it ran."""
    yield
    clone.run("git merge --abort; git rebase --abort; rm -f .git/info/attributes; git checkout -qf main; true")
    shutil.rmtree(clone.folder / ".dvc/cache/runs", ignore_errors=True)


@pytest.fixture(scope="module")
def fresh(small_clone, tmp_path_factory):
    """What the merged parameters give where nothing was merged: all that reads one of them is run."""
    fresh = Clone(tmp_path_factory.mktemp("resolve") / "fresh", twin=small_clone)
    for values in (EPOCHS, MONTHS):
        fresh.set_params(values)
    assert list_runs(fresh.run("dvc repro")) == ["train", "evaluate", "drift"]
    return fresh


def read_results(folder):
    """dvc.lock and metrics/, but for what training costs, which no two runs share."""
    metrics = [path for path in sorted((folder / "metrics").rglob("*")) if path.is_file() and path.name != "cost.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in [folder / "dvc.lock", *metrics]}


@pytest.mark.parametrize(
    ("start", "command", "attributes"),
    [
        ("epochs", "git merge months", ""),
        ("months", "git merge epochs", ""),
        ("months", "git merge epochs", "dvc.lock merge\nmetrics/** merge\n"),
        ("months", "git rebase epochs", ""),
    ],
)
def test_a_merge_runs_what_neither_side_ran_and_gives_what_a_fresh_run_gives(clone, fresh, start, command, attributes):
    clone.run(f"git checkout -q {start} && dvc checkout -q && git branch -f before")
    (clone.folder / ".git/info").mkdir(exist_ok=True)
    (clone.folder / ".git/info/attributes").write_text(attributes)
    assert "CONFLICT" in clone.run(command, code=1)
    # With markers DVC reads nothing; without them, ours stands there.
    assert ("<<<<<<<" in (clone.folder / "dvc.lock").read_text()) == bool(attributes)
    printed = clone.run("python -m ops.resolve_lock")
    assert "to be run: drift\n" in printed
    assert clone.run("git diff --name-only --diff-filter=U") == ""
    assert list_runs(clone.run("dvc repro")) == ["drift"]
    assert read_results(clone.folder) == read_results(fresh.folder)
    clone.run("git add dvc.lock metrics && GIT_EDITOR=true git rebase --continue || git commit -q --no-edit")
    assert clone.run("git status --porcelain") == ""
    assert list_runs(clone.run("dvc repro")) == []
    clone.run(f"git checkout -qf -B {start} before")


def test_a_conflict_in_params_is_left_to_the_person_and_then_nothing_runs(clone):
    clone.run("git checkout -q epochs && dvc checkout -q")
    clone.run("git merge more", code=1)
    lock = (clone.folder / "dvc.lock").read_bytes()
    printed = clone.run("python -m ops.resolve_lock", code=1)
    assert "params.yaml: only you can say what these should be" in printed
    assert "Traceback" not in printed
    assert (clone.folder / "dvc.lock").read_bytes() == lock
    clone.run("git checkout --theirs params.yaml && git add params.yaml")
    assert yaml.safe_load((clone.folder / "params.yaml").read_text())["models"]["linear"]["epochs"] == 4
    assert "to be run" not in clone.run("python -m ops.resolve_lock")
    assert list_runs(clone.run("dvc repro")) == []
    assert clone.run("git diff --stat more -- dvc.lock metrics") == ""


def test_data_that_is_not_here_is_asked_for(clone):
    clone.run("git checkout -q months && dvc checkout -q")
    clone.run("git merge epochs", code=1)
    cache, away = clone.folder / ".dvc/cache/files", clone.folder.parent / "away"
    shutil.move(cache, away)
    printed = clone.run("python -m ops.resolve_lock")
    shutil.move(away, cache)
    assert re.search(r"`dvc pull fetch .*clean", printed)


def test_without_a_conflict_there_is_nothing_to_do(clone):
    assert "git says of no file that it is in conflict" in clone.run("python -m ops.resolve_lock", code=1)
