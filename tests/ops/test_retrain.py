"""Training again unattended: what is proposed, what is not, and that a kill at any point loses nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import yaml

from tagger.votes import write_votes
from tests.clone import SMALL, Shared
from tests.votes import teach_quarkus

pytestmark = pytest.mark.slow

OPEN = {"level": {"prod": "standard"}, "min_questions": 10, "epsilon": 0.1, "baselines": []}
BETTER = "python -m ops.retrain -S model=linear --json 2> told"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A popularity model is in prod, two months are followed, and the broken one is not there yet."""
    clone = Shared(tmp_path_factory.mktemp("retrain") / "clone")
    (clone.folder / ".git/info/exclude").write_text("told\n")
    clone.base = clone.train("base", model="dummy", promotion=OPEN, fetch={"to": "2024-10"}, **SMALL)
    clone.run("git push -q origin main && python -m ops.promote --to prod")
    return clone


@pytest.fixture(autouse=True)
def untouched(clone):
    """Whatever a test does, what is checked out stays; the branches that it made go."""
    yield
    assert clone.run("git status --porcelain") == ""
    assert clone.run("git rev-parse HEAD").strip() == clone.base
    assert not (clone.folder / ".cache/retrain/clone").exists()
    for name in clone.run("git ls-remote --heads origin 'retrain/*' | cut -f2").split():
        clone.run(f"git push -q origin :{name}")


def list_proposals(clone):
    return dict(line.split()[::-1] for line in clone.run("git ls-remote --heads origin 'retrain/*'").splitlines())


def test_a_better_model_is_proposed_once(clone):
    made = json.loads(clone.run(BETTER))
    assert made["outcome"] == "proposed"
    assert made["title"] == "Train again with the months up to 2024-10, model=linear"
    assert list_proposals(clone) == {f"refs/heads/{made['branch']}": made["commit"]}
    page = (clone.folder / made["report"]).read_text()
    assert page.startswith("## Every rule is passed")
    assert "| champion tagger@v1.0.0 " in page
    assert "### Metrics" in page
    clone.run(f"git fetch -q origin {made['branch']}")
    assert clone.run("git rev-parse FETCH_HEAD^").strip() == clone.base
    before, after = (yaml.safe_load(clone.run(f"git show {name}:params.yaml")) for name in ("HEAD", "FETCH_HEAD"))
    assert after == before | {"model": "linear", "split": before["split"] | {"followed": 0}}
    kept = list_proposals(clone)
    again = json.loads(clone.run(BETTER))
    assert (again["outcome"], again["branch"], again["commit"]) == ("already", made["branch"], made["commit"])
    assert made["commit"][:7] in (clone.folder / made["report"]).read_text()
    assert list_proposals(clone) == kept


def test_a_proposal_is_whole_in_another_clone_and_holds_nothing_new(clone, tmp_path):
    made = json.loads(clone.run(BETTER))
    clone.run(f"git clone -q -b {made['branch']} ../bare {tmp_path}/other")
    there = f"cd {tmp_path}/other && dvc cache dir -q --local {clone.folder}/.dvc/cache && dvc checkout -q"
    assert "up to date" in clone.run(f"{there} && dvc status")
    assert "nothing new: the model is the one of" in clone.run(
        f"cd {tmp_path}/other && python -m ops.retrain 2> /dev/null"
    )


def test_what_is_not_better_is_not_proposed(clone):
    *_, last, code = clone.run("python -m ops.retrain 2> told; echo $?").splitlines()
    assert code == "3"
    assert last == "retrain: not better: a rule refused it: reports/retrain/report.md"
    assert (clone.folder / "reports/retrain/report.md").read_text().startswith("## A rule refuses it")
    assert list_proposals(clone) == {}


def test_a_persons_commits_on_the_branch_stay(clone, tmp_path):
    made = json.loads(clone.run(BETTER))
    clone.run(f"git clone -q -b {made['branch']} ../bare {tmp_path}/other")
    clone.run(f"cd {tmp_path}/other && git commit -q --allow-empty -m 'A word' && git push -q")
    kept = list_proposals(clone)
    printed = clone.run("python -m ops.retrain -S model=linear", code=1)
    assert f"retrain: {made['branch']} has a person's commits, which stay" in printed
    assert list_proposals(clone) == kept


def test_a_wrong_parameter_is_one_line(clone):
    [line] = clone.run("python -m ops.retrain -S modle=linear", code=1).splitlines()
    assert line.startswith("retrain: split.followed=0 modle=linear cannot be set in")


@contextmanager
def starting(clone):
    """Retraining that is killed, with all that it started, at the end."""
    words = [sys.executable, "-m", "ops.retrain", "-S", "model=linear"]
    with subprocess.Popen(
        words, cwd=clone.folder, env=clone.environment(), stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def read(path):
    """What a file says; nothing where it is not there."""
    return path.read_text() if path.is_file() else ""


def wait_for(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("moment", ["cloned", "running", "judged"])
def test_killed_at_any_point_the_same_command_goes_on(clone, moment):
    scratch = clone.folder / ".cache/retrain/clone"
    conditions = {
        "cloned": scratch.joinpath("params.yaml").is_file,
        # the first stage has run, which is written down at once
        "running": lambda: read(scratch / "dvc.lock") not in ("", read(clone.folder / "dvc.lock")),
        "judged": (clone.folder / "reports/retrain/report.md").is_file,
    }
    clone.run("rm -rf reports/retrain")
    with starting(clone):
        wait_for(conditions[moment])
        other = clone.run("python -m ops.retrain", code=1) if moment == "running" else ""
    assert other in ("", "retrain: another run works in .cache/retrain/clone: wait until it has ended\n")
    clone.run("git diff --quiet && git fsck --no-progress --no-dangling")
    assert json.loads(clone.run(BETTER))["outcome"] in ("proposed", "already")
    assert len(list_proposals(clone)) == 1


def test_feedback_is_learned_from(clone):
    write_votes(clone.folder / "data/feedback/enabled-true", teach_quarkus(30, 3))
    made = json.loads(clone.run("python -m ops.retrain -S model=linear -S feedback.enabled=true --json 2> told"))
    clone.run(f"git fetch -q origin {made['branch']}")
    assert yaml.safe_load(clone.run("git show FETCH_HEAD:params.yaml"))["feedback"]["enabled"]
    assert "feedback: 30 questions from 30 corrections" in read(clone.folder / "told")


def test_without_a_remote_the_branch_is_made_here(clone):
    clone.run("git remote remove origin")
    try:
        made = json.loads(clone.run(BETTER))
        assert clone.run(f"git rev-parse {made['branch']}").strip() == made["commit"]
        assert json.loads(clone.run(BETTER))["outcome"] == "already"
        clone.run(f"git branch -q -D {made['branch']}")
    finally:
        clone.run("git remote add origin ../bare && git fetch -q origin")
