"""Going back to the model before: what is said, what stands in git, what is refused."""

import sys
from pathlib import Path

import pytest

from ops import rollback
from ops.git import git
from ops.promotion.versions import read_history
from tests.ops.stages import put


@pytest.fixture
def shared(repository):
    """The repository with a params.yaml."""
    Path("params.yaml").write_text("promotion: {}\n")
    return repository


def roll(monkeypatch, capsys, *words):
    """What the command prints; its exit code is that of the last line where it fails."""
    monkeypatch.setattr(sys, "argv", ["rollback", *words])
    rollback.main()
    return capsys.readouterr().out.splitlines()


def test_it_goes_back_one_by_one_and_then_says_that_there_is_no_more(shared, monkeypatch, capsys):
    for commit in shared:
        put("prod", commit)
    first, second, third = shared
    said, remedy = roll(monkeypatch, capsys)
    assert said == (
        f"prod is tagger@v2.0.0 ({second[:7]}) again, no longer tagger@v3.0.0 ({third[:7]}): tag tagger#prod#4"
    )
    assert remedy == f"its files: git checkout {second[:7]} && dvc checkout, or dvc pull"
    assert git("ls-remote", "origin", "refs/tags/tagger#prod#4^{}").split()[0] == second
    assert "tag tagger#prod#5" in roll(monkeypatch, capsys)[0]
    assert read_history("origin").holder("prod") == first
    with pytest.raises(SystemExit) as stopped:
        roll(monkeypatch, capsys)
    assert stopped.value.code == 1
    assert capsys.readouterr().err == (
        "rollback: tagger@v1.0.0 is the first that is in prod: there is nothing to go back to; "
        "`gto history tagger` lists what was\n"
    )


def test_a_stage_goes_back_for_itself(shared, monkeypatch, capsys):
    first, second, _ = shared
    for stage, commit in (("prod", first), ("staging", first), ("prod", second), ("staging", second)):
        put(stage, commit)
    roll(monkeypatch, capsys, "--to", "staging")
    history = read_history("origin")
    assert (history.holder("prod"), history.holder("staging")) == (second, first)


def test_a_stage_that_nothing_is_in_is_refused(shared, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        roll(monkeypatch, capsys)
    assert capsys.readouterr().err.startswith("rollback: nothing is in prod: there is nothing to go back to")


def test_without_a_remote_it_goes_back_here(shared, monkeypatch, capsys):
    git("remote", "remove", "origin")
    put("prod", shared[0], None)
    put("prod", shared[1], None)
    assert "tag tagger#prod#3" in roll(monkeypatch, capsys)[0]
    assert read_history(None).holder("prod") == shared[0]
