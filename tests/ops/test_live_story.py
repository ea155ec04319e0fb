"""The story that `make live-story` tells, held to its facts: alarms, verdicts, refusals, and every request."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from ops import live_story, monitoring
from ops.live import sshd
from tests.deploy.releases import cached
from tests.imports import ROOT

NEEDED = [sshd.SSHD.exists(), shutil.which("prometheus")]
MUST = {"NEED_SSHD", "NEED_PROMETHEUS"} & set(os.environ)
RINGS = ["TaggerCallsInTrouble", "TaggerChallengerWorse"]


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    if not all(NEEDED) and not MUST:
        pytest.skip("apt-get install openssh-server prometheus prometheus-alertmanager")
    folder = tmp_path_factory.mktemp("live") / "story"
    command = [sys.executable, "-m", "ops.live_story", "--folder", folder]
    kept = cached() if (ROOT / ".cache/uv").is_dir() else {}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.stdout.write(done.stdout)
    return json.loads((folder / "facts.json").read_text())


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_worse_goes_back_better_goes_on_and_broken_does_not_get_in(facts):
    scores = facts["micro-F1"]
    assert scores["B"] + 0.05 < scores["A"] < scores["C"] - 0.02
    assert facts["verdicts"] == {"B": "worse", "C": "better"}
    assert facts["all back with A after"] < 30
    assert facts["all with C after"] < 30
    refused = facts["refused"]
    assert all("What was served before still is" in said for said in refused.values())
    assert "versions.json in the state names another champion" in refused["another model than the champion"]
    assert "POST /v1/tags: 500" in refused["answers 500"]
    assert "is not what was saved" in refused["a damaged model"]


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_alarms_arrive_within_a_minute_and_end_and_no_other_rings(facts):
    assert list(facts["alarms"]) == RINGS
    assert max(facts["alarms"].values()) <= 60
    assert sorted(facts["resolved"]) == facts["rang"] == RINGS


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_every_request_is_accounted_for(facts):
    told = facts["accounts"]
    answered, acknowledged = told["questions answered"], told["feedback acknowledged"]
    assert told["requests sent"] == answered + acknowledged > 5000
    assert told["failed"] == told["other answers, counted"] == 0
    assert sum(told["answered by version"].values()) == answered
    assert set(told["answered by version"]) == {"A", "B", "C"}
    assert told["answered by version"] == told["counted by version"]
    assert told["predictions kept"] + told["predictions dropped"] == answered
    assert told["feedback kept"] == told["feedback counted"] == acknowledged
    assert told["answers not of the version that the rule says"] == told["callers who had two versions at once"] == 0


@pytest.mark.parametrize(
    ("module", "name", "value", "package"),
    [
        (sshd, "SSHD", ROOT / "none", "apt-get install openssh-server"),
        (monitoring, "PROGRAMS", {"prometheus": "none", "none": "none"}, "apt-get install"),
    ],
)
def test_what_is_not_installed_is_told_in_one_line(monkeypatch, tmp_path, module, name, value, package):
    monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(sys, "argv", ["live_story", "--folder", str(tmp_path / "story")])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        live_story.main()
    (line,) = str(ended.value).splitlines()
    assert package in line
