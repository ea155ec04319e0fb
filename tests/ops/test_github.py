"""What is told to GitHub, through the real `gh`: made once, brought up to date after, and refusals in one line."""

import os
import shutil

import pytest

from ops.gh import GitHubError, find, repository
from ops.git import git
from ops.github import tell_issue, tell_pull, tell_release
from tests.workflows import github as played

MUST = bool(os.environ.get("CI") or os.environ.get("NEED_GH"))
pytestmark = pytest.mark.skipif(not shutil.which("gh") and not MUST, reason="gh is not installed: apt-get install gh")

RETRAIN = "on:\n  workflow_dispatch:\n    inputs:\n      ref: {type: string}\n"


@pytest.fixture
def github(repository, tmp_path, monkeypatch):
    (tmp_path / "here/.github/workflows").mkdir(parents=True)
    (tmp_path / "here/.github/workflows/retrain.yml").write_text(RETRAIN)
    git("add", ".")
    git("commit", "--quiet", "--message", "workflow")
    git("push", "--quiet", "origin", "main", "main:follow")
    with played.serving(tmp_path / "bare") as github:
        for name, value in played.point_at(github, tmp_path).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("GH_TOKEN", played.TOKEN)
        yield github


def test_an_issue_is_opened_updated_and_not_repeated(github):
    def tell(body):
        return tell_issue("drift", "Drift", body, "retrain.yml", ["ref=follow"])

    assert tell("one") == "issue #1 is opened"
    assert tell("one") == "issue #1 (open) says so already"
    assert tell("two") == "issue #1 is updated"
    assert [(issue["title"], issue["body"]) for issue in github.alarms] == [("Drift", "two")]
    assert github.dispatches == [{"workflow": "retrain.yml", "ref": "main", "inputs": {"ref": "follow"}}] * 2
    github.alarms[0]["state"] = "closed"
    assert tell("two") == "issue #1 (closed) says so already"
    assert tell("three") == "issue #2 is opened"
    assert len(github.dispatches) == 3


def test_an_issue_that_could_not_be_opened_is_told_by_the_next_run(github):
    github.broken = {"issues"}
    with pytest.raises(GitHubError, match="HTTP 503"):
        tell_issue("drift", "Drift", "one", "retrain.yml", [])
    github.broken = {"labels"}
    with pytest.raises(GitHubError, match="HTTP 503"):
        tell_issue("drift", "Drift", "one", "retrain.yml", [])
    github.broken = set()
    assert tell_issue("drift", "Drift", "one", "retrain.yml", []) == "issue #1 is opened"
    assert len(github.dispatches) == 2


@pytest.mark.parametrize(
    ("start", "inputs", "message"),
    [
        ("retrain.yml", ["other=1"], "Unexpected inputs provided"),
        ("retrain.yml", ["ref"], "--input is 'ref', it should be NAME=VALUE"),
    ],
)
def test_a_workflow_is_started_as_it_wants_to_be(github, start, inputs, message):
    with pytest.raises(GitHubError, match=message):
        tell_issue("drift", "Drift", "one", start, inputs)
    assert github.alarms == []


def test_a_branch_has_one_pull_request(github):
    git("commit", "--quiet", "--allow-empty", "--message", "a month")
    git("push", "--quiet", "origin", "HEAD:follow")
    assert tell_pull("follow", "main", "Months", "one") == "pull request #1 is opened"
    assert tell_pull("follow", "main", "Months", "one") == "pull request #1 says so already"
    assert tell_pull("follow", "main", "Months", "") == "pull request #1 is updated"
    assert tell_pull("follow", "main", "Months", "") == "pull request #1 says so already"
    github.pulls[0]["state"] = "closed"
    assert tell_pull("follow", "main", "Months", "one") == "pull request #2 is opened"


def test_a_pull_request_of_nothing_is_refused_in_a_line(github):
    with pytest.raises(GitHubError, match="No commits between main and follow") as refused:
        tell_pull("follow", "main", "Months", "one")
    assert refused.value.status == 422
    assert "\n" not in str(refused.value)


def test_a_release_is_published_and_replaced(github, tmp_path):
    git("tag", "--annotate", "--message", "card", "tagger@v1.0.0")
    git("push", "--quiet", "origin", "tagger@v1.0.0")
    model = tmp_path / "model 1.tar.gz"
    for content in (b"one", b"two"):
        model.write_bytes(content)
        tell_release("tagger@v1.0.0", "v1", content.decode(), [model])
    [release] = github.releases
    assert (release["body"], release["make_latest"]) == ("two", "true")
    [asset] = release["assets"]
    assert (asset["name"], github.assets[asset["id"]]) == ("model 1.tar.gz", b"two")


def test_without_a_token_or_a_repository_nothing_is_told(github, monkeypatch):
    monkeypatch.setenv("GH_TOKEN", "another")
    with pytest.raises(GitHubError, match="Bad credentials") as refused:
        find("labels/drift")
    assert refused.value.status == 401
    monkeypatch.delenv("GITHUB_REPOSITORY")
    with pytest.raises(GitHubError, match="GITHUB_REPOSITORY is not set"):
        repository()


def test_what_is_not_there_is_none(github):
    assert find("labels/drift") is None


def test_a_machine_without_gh_is_told_so(github, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitHubError, match="apt-get install gh"):
        find("labels/drift")
