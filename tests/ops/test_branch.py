"""A branch that is kept on top of another: begun, gone on with, begun anew, and never pushed over somebody's work."""

from pathlib import Path

import pytest

from ops.branch import publish, start
from ops.git import GitError, git


def write(name, content, message):
    """Commit a file of the record."""
    Path(name).write_text(content, encoding="utf-8")
    git("add", name)
    git("commit", "--quiet", "--message", message)


@pytest.fixture
def here(repository, tmp_path):
    """The current folder is a clone with the record on main."""
    (tmp_path / "here/metrics").mkdir()
    for name in ("params.yaml", "dvc.lock", "metrics/test.json"):
        write(name, f"{name} at first\n", name)
    git("push", "--quiet", "origin", "main")
    return tmp_path / "here"


def follow(here, month):
    """What a workflow does."""
    (here / "dvc.lock").write_text(f"{month}\n")
    return publish("follow", f"Follow {month}")


def test_months_are_added_to_those_that_are_not_merged(here):
    assert start("follow", "main") == "follow begins at main"
    assert follow(here, "2025-01").endswith(" Follow 2025-01")
    git("checkout", "--quiet", "main")
    write("README.md", "a change of something else\n", "main goes on")
    git("push", "--quiet", "origin", "main")
    assert start("follow", "main") == "follow goes on, with main merged"
    assert (here / "dvc.lock").read_text() == "2025-01\n"
    assert (here / "README.md").exists()
    follow(here, "2025-02")
    assert git("log", "--format=%s", "--no-merges", "origin/main..origin/follow") == "Follow 2025-02\nFollow 2025-01"


def test_a_branch_that_does_not_fit_any_more_begins_anew(here):
    start("follow", "main")
    follow(here, "2025-01")
    git("checkout", "--quiet", "main")
    write("dvc.lock", "another model\n", "main has another model")
    git("push", "--quiet", "origin", "main")
    assert start("follow", "main") == "follow does not fit main any more and begins there anew"
    assert (here / "dvc.lock").read_text() == "another model\n"
    follow(here, "2025-01 anew")
    assert git("log", "--format=%s", "origin/main..origin/follow") == "Follow 2025-01 anew"


def test_a_merged_branch_is_begun_at_main(here):
    start("follow", "main")
    follow(here, "2025-01")
    git("push", "--quiet", "origin", "follow:main")
    assert start("follow", "main") == "follow goes on, with main merged"
    assert git("rev-parse", "follow") == git("rev-parse", "origin/main")


def test_what_somebody_pushed_meanwhile_stays(here, tmp_path):
    start("follow", "main")
    follow(here, "2025-01")
    start("follow", "main")
    git("clone", "--quiet", "--branch", "follow", str(tmp_path / "bare"), str(tmp_path / "person"))
    git("-C", str(tmp_path / "person"), "commit", "--quiet", "--allow-empty", "--message", "a person's")
    git("-C", str(tmp_path / "person"), "push", "--quiet", "origin", "follow")
    with pytest.raises(GitError, match="stale info"):
        follow(here, "2025-02")
    assert git("-C", str(tmp_path / "bare"), "log", "-1", "--format=%s", "follow") == "a person's"


def test_nothing_new_is_no_commit(here):
    start("follow", "main")
    publish("follow", "Follow")
    assert git("rev-parse", "origin/follow") == git("rev-parse", "origin/main")
