"""Every `run:` step of every workflow, run in a checkout of a small repository with GitHub played around it."""

import io
import json
import os
import re
import shutil
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from ops.live.sshd import SSHD
from ops.text_only import NOTE
from tests.clone import Clone
from tests.deploy.host import hosting
from tests.deploy.releases import cached
from tests.sources.api_server import serving
from tests.sources.test_api import ask_questions
from tests.workflows.github import REPOSITORY
from tests.workflows.hub import NEXT, Hub, make_hub, open_hub
from tests.workflows.runner import WORKFLOWS, Event, Outcome, list_run_steps

MUST = bool(os.environ.get("CI") or os.environ.get("NEED_GH"))
needs_gh = pytest.mark.skipif(not shutil.which("gh") and not MUST, reason="gh is not installed: apt-get install gh")
# The longest plays four runs after one another, with two trainings for the gate each.
pytestmark = pytest.mark.timeout(1800)
CACHED = "The environment of the cache is up to date"

# What is played: the workflow, the jobs, the `run:` steps that are skipped, and the one that fails.
PLAYED: dict[str, tuple[str, list[str], list[str], list[str]]] = {
    "a push, nothing cached": (
        "ci.yml",
        ["lint", "lock", "test", "sample"],
        [f"{job}: {CACHED}" for job in ("lint", "lock", "test", "sample")],
        [],
    ),
    "the same with a cache": ("ci.yml", ["lint", "lock", "test"], [], []),
    "results were forgotten": ("ci.yml", ["lock"], [], ["lock: Is dvc.lock current"]),
    "another result than the committed": ("ci.yml", ["sample"], [], ["sample: Is it what is committed"]),
    "a pull request": ("report.yml", ["report"], [], []),
    "one from a fork": ("report.yml", ["report"], ["report: Comment"], []),
    "one with no difference": ("report.yml", ["report"], ["report: Summary", "report: Comment"], ["report: Report"]),
    "a month with drift": ("drift.yml", ["follow"], ["follow: Look at the data"], []),
    "nothing new since": (
        "drift.yml",
        ["follow"],
        ["follow: What was made before", "follow: Run the pipeline", "follow: Push", "follow: Look at the data"],
        [],
    ),
    "a month with broken data": (
        "drift.yml",
        ["follow"],
        [
            *(f"follow: {name}" for name in ("What was made before", "Run the pipeline", "Push")),
            *("follow: Pull request", "follow: Train again"),
        ],
        [],
    ),
    "a spent quota": (
        "drift.yml",
        ["follow"],
        [f"follow: {name}" for name in ("Push", "Alarm", "Pull request", "Train again", "Look at the data")],
        [],
    ),
    "GitHub takes no pull request": (
        "drift.yml",
        ["follow"],
        ["follow: Train again", "follow: Look at the data"],
        ["follow: Pull request"],
    ),
    "a better model": ("retrain.yml", ["retrain"], [], []),
    "the same model once more": ("retrain.yml", ["retrain"], [], []),
    "a model that a rule refuses": ("retrain.yml", ["retrain"], [], []),
    "a promotion": ("release.yml", ["release"], [], []),
    "a rollback": ("release.yml", ["release"], [], []),
    "a promotion without data": (
        "release.yml",
        ["release"],
        ["release: Does it answer", "release: Release"],
        ["release: Model"],
    ),
    "a deployment": ("deploy.yml", ["deploy"], [], []),
    "the way back": (
        "deploy.yml",
        ["deploy"],
        [f"deploy: {name}" for name in (CACHED, "Set up", "Model", "Build")],
        [],
    ),
    "a host that is not the known one": ("deploy.yml", ["deploy"], [], ["deploy: Deploy"]),
}


def play(hub: Hub, name: str, event: Event) -> Outcome:
    """Run what PLAYED has under a name and hold what was skipped and failed against it."""
    workflow, jobs, skipped, failed = PLAYED[name]
    outcome = hub.runner.run(workflow, event, jobs)
    assert outcome.failed == failed, outcome.printed
    assert sorted(outcome.skipped) == sorted(skipped), outcome.printed
    return outcome


@pytest.mark.parametrize("workflow", sorted(path.name for path in WORKFLOWS.glob("*")))
def test_every_step_is_played(workflow):
    steps = list(list_run_steps(workflow))
    assert len(steps) == len(set(steps))
    played = set()
    for known, jobs, skipped, _ in PLAYED.values():
        if known == workflow:
            played |= {step for step in steps if step.split(": ")[0] in jobs} - set(skipped)
    assert set(steps) == played


def test_what_is_listed_is_played():
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in PLAYED if f'(hub, "{name}",' not in text] == []


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*")), ids=lambda path: path.name)
def test_every_job_is_bounded_and_every_action_pinned(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"permissions", "concurrency", "defaults"} <= set(workflow)
    assert set(workflow["permissions"].items()) <= {("contents", "read")}
    assert all("timeout-minutes" in job for job in workflow["jobs"].values() if "uses" not in job)
    used = re.findall(r"uses: (\S+)(?: # (v[\d.]+))?$", path.read_text(encoding="utf-8"), re.MULTILINE)
    loose = {name for name, version in used if not (re.search(r"@[0-9a-f]{40}$", name) and version)}
    own = {"./.github/actions/environment", "./.github/workflows/deploy.yml"}
    assert loose <= own | {"iterative/setup-cml@v2"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    return make_hub(tmp_path_factory.mktemp("workflows"))


@pytest.fixture
def hub(clone, tmp_path):
    with open_hub(clone, tmp_path) as hub:
        yield hub


def propose(base: str, head: str, repository: str = REPOSITORY) -> Event:
    """A pull request was opened."""
    pull = {"base": {"sha": base}, "head": {"sha": head, "repo": {"full_name": repository}}}
    return Event("pull_request", "refs/pull/1/merge", payload={"pull_request": pull})


def dispatch(**inputs: str) -> Event:
    """A person or a workflow starts it."""
    return Event("workflow_dispatch", inputs=inputs)


@pytest.mark.slow
def test_a_push_is_linted_tested_and_reproduced(clone, tmp_path):
    with open_hub(clone, tmp_path, venv_is_cached=False) as hub:
        outcome = play(hub, "a push, nothing cached", Event("push"))
    assert [note for note in outcome.notes if note != "setup"] == ["lint", "bash ops/system.sh", "test"]
    assert "dvc.lock records every stage" in outcome.printed
    assert "are those that are committed, to the bit" in outcome.printed
    assert "| metrics/test.json " in outcome.summary


@pytest.mark.slow
def test_what_was_not_run_is_told(hub):
    assert play(hub, "the same with a cache", Event("push")).notes.count("lint") == 1
    hub.change("main", {"drift": {"level": 0.01}}, run=False)
    outcome = play(hub, "results were forgotten", Event("push"))
    assert "dvc.lock has no run of drift with params.yaml, code and data as they stand" in outcome.printed
    hub.change("main", {"models": {"linear": {"epochs": 3}}}, run=False)
    outcome = play(hub, "another result than the committed", Event("push"))
    assert "not reproduced:" in outcome.printed
    assert "| metrics/test.json " in outcome.summary


@pytest.mark.slow
def test_a_pull_request_is_reported(hub):
    base = hub.clone.run("git rev-parse main").strip()
    head = hub.change("better", {"models": {"linear": {"epochs": 3}}})
    # main has gone on: the report is of what the branch changed.
    hub.clone.run("git checkout -q main")
    later = hub.change("main", {"drift": {"months": 11}}, run=False)
    outcome = play(hub, "a pull request", propose(later, head))
    assert outcome.comment.startswith("## Better")
    assert f"Base `{base}` ({base[:7]})" in outcome.comment
    assert "95% intervals of" in outcome.comment
    assert "months.png" in outcome.comment
    assert (NOTE in outcome.summary, "![" in outcome.summary) == (True, False)
    fork = play(hub, "one from a fork", propose(base, head, "somebody/tagger"))
    assert fork.comment == ""
    assert fork.summary == outcome.summary


@pytest.mark.slow
def test_a_pull_request_with_no_difference_fails(hub):
    base = hub.clone.run("git rev-parse main").strip()
    head = hub.change("nothing", {}, run=False)
    outcome = play(hub, "one with no difference", propose(base, head))
    assert "report: nothing differs between" in outcome.printed


@needs_gh
@pytest.mark.slow
def test_a_month_with_drift_is_followed_told_and_learned_from(hub):
    github = hub.github
    outcome = play(hub, "a month with drift", dispatch(month=NEXT))
    assert yaml.safe_load(github.git("show", "follow:params.yaml"))["fetch"]["to"] == NEXT
    assert github.git("log", "-1", "--format=%an", "follow") == "github-actions[bot]"
    [pull], [issue] = github.pulls, github.alarms
    assert (pull["head"]["ref"], pull["base"]["ref"]) == ("follow", "main")
    assert f"**act** in {NEXT}" in issue["body"] == pull["body"]
    assert issue["labels"] == [{"name": "drift"}]
    assert issue["body"] in outcome.summary
    [started] = github.dispatches
    assert started == {"workflow": "retrain.yml", "ref": "main", "inputs": {"ref": "follow"}}
    before = github.git("rev-parse", "follow")

    again = play(hub, "nothing new since", dispatch())
    assert "issue #2 (open) says so already" in again.printed
    assert "pull request #1 says so already" in again.printed
    assert (github.git("rev-parse", "follow"), len(github.issues), len(github.dispatches)) == (before, 2, 1)

    trained = play(hub, "a better model", dispatch(**started["inputs"]))
    assert json.loads(re.search(r"^\{.*?^\}", trained.printed, re.MULTILINE | re.DOTALL)[0])["outcome"] == "proposed"
    proposed = github.pulls[-1]
    assert (proposed["title"], proposed["number"]) == (f"Train again with the months up to {NEXT}", 3)
    body = proposed["body"]
    assert body.startswith("## Every rule is passed")
    assert proposed["head"]["ref"] == f"retrain/{NEXT}"
    # Who reviews it finds its data and model.
    hub.clone.run(f"git fetch -q origin retrain/{NEXT} && git checkout -q FETCH_HEAD && dvc pull -q models/tagger")

    more = play(hub, "the same model once more", dispatch(**started["inputs"]))
    assert '"outcome": "already"' in more.printed
    # The latency in its report may be another.
    assert re.search(r"pull request #3 (says so already|is updated)", more.printed)
    assert proposed["body"].partition("latency")[0] == body.partition("latency")[0]
    assert len(github.issues) == 3


@needs_gh
@pytest.mark.slow
def test_what_failed_after_the_push_is_made_good(hub):
    hub.github.broken = {"pulls"}
    play(hub, "GitHub takes no pull request", dispatch(month=NEXT))
    hub.github.broken = set()
    outcome = play(hub, "nothing new since", dispatch())
    assert "nothing new" in outcome.printed
    assert (len(hub.github.pulls), len(hub.github.alarms), len(hub.github.dispatches)) == (1, 1, 1)


@needs_gh
@pytest.mark.slow
def test_broken_data_are_told_and_not_learned_from(hub):
    hub.change("main", {"fetch": {"from": "2023-12", "to": "2024-11"}, "split": {"followed": 1}})
    play(hub, "a month with broken data", dispatch())
    [issue] = hub.github.alarms
    assert issue["title"] == "Drift: look at the data"
    assert hub.github.dispatches == []


@needs_gh
@pytest.mark.slow
def test_a_spent_quota_keeps_what_came(hub):
    with serving(ask_questions(1000), quota=4) as server:
        hub.change("main", {"fetch": {"source": "api"}, "sources": {"api": {"base_url": server.url}}}, run=False)
        outcome = play(hub, "a spent quota", dispatch())
    assert "::notice::The quota of the API is spent" in outcome.printed
    assert hub.github.requests == []


@needs_gh
@pytest.mark.slow
def test_a_model_that_is_not_better_is_a_notice(hub):
    hub.change("strict", {"promotion": {"delta": 0.9}}, run=False)
    outcome = play(hub, "a model that a rule refuses", dispatch(ref="strict"))
    assert "::notice::The retrained model is not better" in outcome.printed
    assert "github: nothing to propose: not better" in outcome.printed
    assert hub.github.pulls == []


TAG = """
import sys
from ops.promotion.versions import plan_tags, read_history, set_tags
messages = "Register it\\n\\n# Model card: tagger", "Promote it\\n\\n| rule |"
history = read_history("origin")
set_tags(list(plan_tags(history, "prod", sys.argv[1], messages)), "origin", history.latest)
"""


def promote(clone: Clone) -> None:
    """Put the commit that is checked out into production, no rule asked."""
    (clone.home / "tag.py").write_text(TAG)
    clone.run(f"PYTHONPATH=. python {clone.home}/tag.py $(git rev-parse HEAD)")


@needs_gh
@pytest.mark.slow
def test_a_promotion_publishes_the_model_with_its_card(hub):
    promote(hub.clone)
    outcome = play(hub, "a promotion", Event("push", "refs/tags/tagger#prod#1"))
    assert re.search(r"try_model: models/tagger is that of dvc.lock, digest \w{12}; asked .* says \w", outcome.printed)
    [release] = hub.github.releases
    assert (release["tag_name"], release["body"]) == ("tagger@v1.0.0", "# Model card: tagger")
    [asset] = release["assets"]
    with tarfile.open(fileobj=io.BytesIO(hub.github.assets[asset["id"]])) as files:
        packed = {name: files.extractfile(name).read() for name in files.getnames()}
    folder = hub.clone.folder / "models"
    assert packed == {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("tagger/*") if p.is_file()}

    play(hub, "a rollback", Event("push", "refs/tags/tagger#prod#1"))
    [release] = hub.github.releases
    [again] = release["assets"]
    assert hub.github.assets[again["id"]] == hub.github.assets[asset["id"]]


@needs_gh
@pytest.mark.slow
def test_a_version_is_deployed_and_taken_back(hub, tmp_path):
    if not SSHD.exists() and not MUST:
        pytest.skip("there is no /usr/sbin/sshd: install openssh-server")
    promote(hub.clone)
    version = "refs/tags/tagger@v1.0.0"
    with hosting(tmp_path) as host:
        hub.runner.secrets = {
            "DEPLOY_KEY": (tmp_path / "user").read_text(),
            "DEPLOY_KNOWN_HOSTS": host.known_hosts,
        }
        hub.runner.variables = {
            "DEPLOY_HOST": "127.0.0.1",
            "DEPLOY_PORT": str(host.ssh_port),
            "DEPLOY_ROOT": str(host.root),
            "DEPLOY_PYTHON": sys.executable,
        }
        hub.runner.extra = cached()
        play(hub, "a deployment", dispatch(version=version))
        assert host.serving() == "tagger@v1.0.0"
        # What came before it, here made of it.
        before = host.copy_release("before")
        play(hub, "the way back", dispatch(back="true"))
        assert host.serving() == before
        hub.runner.secrets["DEPLOY_KNOWN_HOSTS"] = host.known_hosts.replace("127.0.0.1", "127.0.0.2")
        outcome = play(hub, "a host that is not the known one", dispatch(version=version))
        assert "Host key verification failed" in outcome.printed
        assert host.serving() == before
    assert not list(tmp_path.glob("machine-*/temp/key"))


@pytest.mark.slow
def test_a_promotion_whose_model_was_not_pushed_is_told(hub):
    hub.clone.run(r"sed -i 's#\(url = .*\)/storage#\1/elsewhere#' .dvc/config")
    hub.clone.commit("another remote")
    hub.clone.run("git push -q origin main")
    promote(hub.clone)
    play(hub, "a promotion without data", Event("push", "refs/tags/tagger#prod#1"))
    assert hub.github.releases == []


@pytest.mark.slow
def test_a_model_that_is_not_the_recorded_one_is_not_published(hub):
    model = hub.clone.folder / "models/tagger/model.json"
    content = model.read_bytes()
    model.unlink()
    try:
        said = hub.clone.run("python -m ops.try_model", code=1)
        assert "try_model: models/tagger is modified by dvc.lock: `dvc checkout models/tagger`" in said
        assert "Traceback" not in said
    finally:
        model.write_bytes(content)
