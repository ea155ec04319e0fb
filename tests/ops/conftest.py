"""A repository of three commits that shares a remote, for what ops does with git alone."""

import pytest

from ops.git import git


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """The current folder: a repository of three commits, with a bare one as its remote."""
    for name, value in {"NAME": "test", "EMAIL": "test@example.org"}.items():
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    git("init", "--quiet", "--bare", "--initial-branch=main", "../bare")
    git("init", "--quiet", "--initial-branch=main")
    for number in range(3):
        git("commit", "--quiet", "--allow-empty", "--message", str(number))
    git("remote", "add", "origin", "../bare")
    git("push", "--quiet", "origin", "main")
    return git("log", "--format=%H", "--reverse").split()
