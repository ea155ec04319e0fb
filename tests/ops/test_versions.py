"""Versions and stages as git tags: read as GTO reads them, set all or none, won by one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.git import GitError, git
from ops.promotion.versions import (
    ROLLED_BACK,
    Assignment,
    History,
    NewTag,
    find_remote,
    plan_tags,
    read_history,
    set_tags,
)
from tests.imports import ROOT
from tests.ops.stages import put

RACER = """
import sys
from ops.git import git
from ops.promotion.versions import plan_tags, read_history, set_tags
history = read_history("origin")
print("ready", flush=True)
sys.stdin.readline()
commit = git("rev-parse", "HEAD")
set_tags(list(plan_tags(history, "prod", commit, ("card", "rules"))), "origin", history.latest)
"""


def run_gto(*words):
    """What GTO's own command prints."""
    command = [str(Path(sys.executable).parent / "gto"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("remote", ["origin", None])
def test_a_commit_is_named_once_and_each_stage_counts_for_itself(repository, remote):
    first, second, _ = repository
    assert put("staging", first, remote) == ["tagger@v1.0.0", "tagger#staging#1"]
    assert put("prod", first, remote) == ["tagger#prod#1"]
    assert put("staging", second, remote) == ["tagger@v2.0.0", "tagger#staging#2"]
    history = read_history(remote)
    assert history.versions == {first: "tagger@v1.0.0", second: "tagger@v2.0.0"}
    assert (history.holder("prod"), history.holder("staging")) == (first, second)
    shared = git("ls-remote", "--tags", "--refs", "origin").splitlines()
    assert len(shared) == (5 if remote else 0)


def test_gto_reads_what_is_set_and_we_what_gto_sets(repository):
    first, second, _ = repository
    put("prod", first)
    put("prod", second)
    assert run_gto("show", "tagger#prod", "--ref") == "tagger@v2.0.0"
    run_gto("assign", "tagger", "--version", "v1.0.0", "--stage", "prod", "--force")
    assert read_history(None).held("prod") == [first, second, first]
    run_gto("deprecate", "tagger", "v1.0.0", "prod")
    assert read_history(None).held("prod") == [second]


def test_a_second_one_at_the_same_moment_is_refused_and_leaves_nothing(repository, monkeypatch):
    git("clone", "--quiet", "../bare", "../other")
    first, second, _ = repository
    histories = read_history("origin"), read_history("origin")
    set_tags(list(plan_tags(histories[0], "prod", first, ("card", "rules"))), "origin", 0)
    monkeypatch.chdir(Path("../other"))
    with pytest.raises(GitError, match="tagger#prod#1 was set by someone else meanwhile, nothing is changed"):
        set_tags(list(plan_tags(histories[1], "prod", second, ("card", "rules"))), "origin", 0)
    assert git("tag") == ""
    assert read_history("origin").holder("prod") == first


def test_of_two_that_race_one_wins(repository):
    git("clone", "--quiet", "../bare", "../other")
    git("-C", "../other", "reset", "--quiet", "--hard", "HEAD~1")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", RACER]
    racers = [
        subprocess.Popen(command, cwd=folder, env=environment, text=True, stdin=-1, stdout=-1, stderr=-1)
        for folder in (".", "../other")
    ]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = [racer.communicate(timeout=60) for racer in racers]
    assert sorted(racer.returncode for racer in racers) == [0, 1]
    [error] = [errors for _, errors in said if errors]
    assert "was set by someone else meanwhile" in error
    assert read_history("origin").holder("prod") in repository


def test_here_alone_a_tag_that_is_there_is_refused_too(repository):
    first, second, _ = repository
    history = read_history(None)
    put("prod", first, None)
    with pytest.raises(GitError, match="set by someone else"):
        set_tags(list(plan_tags(history, "prod", second, ("card", "rules"))), None, 0)
    assert read_history(None).versions == {first: "tagger@v1.0.0"}


def test_a_message_keeps_its_headings_and_the_clock_only_goes_forward(repository):
    first = repository[0]
    set_tags([NewTag("tagger@v1.0.0", first, "Register\n\n# Card\n\ntext")], None, 4_000_000_000)
    assert git("for-each-ref", "--format=%(contents)", "refs/tags/").strip() == "Register\n\n# Card\n\ntext"
    assert read_history(None).latest == 4_000_000_001


def test_other_tags_are_passed_over(repository):
    git("tag", "v1")
    git("tag", "--annotate", "--message", "x", "other#prod#7")
    git("tag", "tagger#prod#9")
    history = read_history(None)
    assert (history.stages, history.next_tag("prod")) == ({}, "tagger#prod#1")


def test_a_remote_that_is_none_is_none(repository):
    assert (find_remote("origin"), find_remote("away"), find_remote(None)) == ("origin", None, None)


def test_a_remote_that_does_not_answer_is_one_line(repository):
    git("remote", "set-url", "origin", "../gone")
    with pytest.raises(GitError) as told:
        read_history("origin")
    assert str(told.value).startswith("git fetch says: ")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("story", "held"),
    [
        ("A", "A"),
        ("A B C", "A B C"),
        ("A B C <B", "A B"),
        ("A B C <B <A", "A"),
        ("A B <A C", "A C"),
        ("A B A", "A B A"),
        ("A B A <B", "A B"),
        ("A B -B", "A"),
        ("A -A", ""),
        ("A B -B <B", "A B"),
    ],
)
def test_going_back_twice_goes_further_back(story, held):
    entries = [
        Assignment(number, step[-1], step.startswith("-"), step.startswith("<"))
        for number, step in enumerate(story.split(), 1)
    ]
    assert " ".join(History(stages={"prod": entries}).held("prod")) == held


def test_a_rollback_is_known_by_its_message(repository):
    first, second, _ = repository
    put("prod", first)
    put("prod", second)
    set_tags([NewTag("tagger#prod#3", first, f"{ROLLED_BACK}prod")], "origin", 0)
    assert read_history("origin").held("prod") == [first]
