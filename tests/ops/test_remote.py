"""Remotes: what is refused, and data pushed to real servers and pulled by a clone that has nothing but git's files."""

import os

import pytest

from ops import remote
from ops.live.sshd import SSHD
from ops.remote import RemoteError, check_endpoint, check_url
from tests.clone import Clone, list_runs
from tests.ops import servers

SECRET = "not-to-be-shown"  # noqa: S105


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("/srv/storage", ""),
        ("../storage", ""),
        ("~/storage", ""),
        ("a folder/b@c", ""),
        ("s3://bucket", "s3"),
        ("s3://bucket/a/path", "s3"),
        ("ssh://host/path", "ssh"),
        ("ssh://user@host:2222/path", "ssh"),
    ],
)
def test_a_place_is_known_by_its_url(url, scheme):
    assert check_url(url) == scheme


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"s3://AKIA:{SECRET}@bucket/path", "AWS_SECRET_ACCESS_KEY"),
        (f"s3://{SECRET}@bucket/path", "dvc remote modify --local storage secret_access_key"),
        (f"s3://bucket/path?X-Amz-Signature={SECRET}", "holds a secret"),
        (f"ssh://user:{SECRET}@host/path", "dvc remote modify --local storage password"),
        (f"ssh://user:{SECRET}@host:port/path", "cannot be read"),
        (f"https://user:{SECRET}@host/path", "https:// is not tested here"),
        ("gs://bucket/path", "others with `dvc remote add`"),
        ("user@host:/path", "ssh://user@host/path"),
        ("host:path", "ssh://user@host/path"),
        ("s3://", "names no place"),
        ("ssh://host", "names no place"),
        ("ssh:///path", "names no place"),
    ],
)
def test_what_is_no_place_or_holds_a_secret_is_refused(url, message):
    with pytest.raises(RemoteError, match=message.replace("(", "\\(")) as refused:
        check_url(url)
    assert SECRET not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("scheme", "endpoint", "message"),
    [
        ("ssh", "http://127.0.0.1:5000", "for s3:// alone"),
        ("s3", f"http://key:{SECRET}@host", "holds a secret"),
        ("s3", "127.0.0.1:5000", "such as https://"),
    ],
)
def test_an_endpoint_is_a_url_of_s3_without_a_secret(scheme, endpoint, message):
    with pytest.raises(RemoteError, match=message) as refused:
        check_endpoint(scheme, endpoint)
    assert SECRET not in str(refused.value)


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(remote, "find_spec", lambda name: None)
    with pytest.raises(RemoteError, match=r"needs the package dvc-ssh: .*requirements-remotes\.txt"):
        remote.check_package("ssh")
    remote.check_package("")


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    """A clone whose small sample ends a month early, and the branch `later`, which has that month, too."""
    clone = Clone(tmp_path_factory.mktemp("remote") / "clone", twin=small_clone)
    for branch, last, followed in (("main", "2024-11", 1), ("later", "2024-12", 2)):
        clone.run(f"git checkout -q -B {branch}")
        clone.set_params({"fetch": {"to": last}, "split": {"followed": followed}})
        clone.run("dvc repro -q")
        clone.commit(branch)
    return clone


@pytest.fixture
def start(clone):
    """The clone at the earlier month, with no remote; left so."""
    clone.run("git checkout -qf main && dvc checkout -q")
    clone.extra.clear()
    yield clone
    clone.run("git checkout -qf main && git branch -qD with-remote; rm -f .dvc/config.local; true")


@pytest.mark.slow
def test_without_a_remote_there_is_nothing_to_set_and_all_works(start):
    assert "everything stays in .dvc/cache" in start.run("python -m ops.remote")
    assert list_runs(start.run("dvc repro")) == []
    assert "no remote" in start.run("dvc push", code=1)


@pytest.mark.slow
def test_a_refusal_is_one_line_and_changes_nothing(start):
    printed = start.run(f"python -m ops.remote s3://key:{SECRET}@bucket", code=1)
    assert printed.startswith("remote: the URL holds a secret")
    assert printed.count("\n") == 1
    assert SECRET not in printed
    assert start.run("git status --porcelain") == ""


@pytest.mark.slow
def test_another_kind_of_place_leaves_no_option_of_the_last(start):
    start.run("python -m ops.remote s3://bucket --endpoint-url http://127.0.0.1:1")
    assert "endpointurl = http://127.0.0.1:1" in (start.folder / ".dvc/config.local").read_text()
    assert "http" not in (start.folder / ".dvc/config").read_text()
    printed = start.run("python -m ops.remote ../elsewhere")
    assert f"The default remote is storage: {start.folder.parent}/elsewhere." in printed
    assert "url = ../../elsewhere" in (start.folder / ".dvc/config").read_text()
    assert "dvc config: error" not in start.run("dvc remote list")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["folder", "s3", "ssh"])
def test_what_is_pushed_a_clone_pulls_and_nothing_runs(start, tmp_path, place):
    if place == "ssh" and not SSHD.exists() and "NEED_SSHD" not in os.environ:
        pytest.skip("there is no /usr/sbin/sshd: install openssh-server")
    with getattr(servers, place)(tmp_path) as there:
        start.run(f"git checkout -q -b with-remote && python -m ops.remote {there.url} {there.words}")
        there.log_in(start)
        start.commit("a remote")
        committed = start.run("git show HEAD:.dvc/config")
        assert there.url in committed
        assert servers.SECRET not in committed
        start.run("dvc push -q")
        size = there.measure()[1]
        for name, command in (("pulled", "dvc pull -q && dvc repro"), ("repro", "dvc repro --pull")):
            other = Clone(tmp_path / name, start.folder)
            there.log_in(other)
            assert list_runs(other.run(command)) == [], name
            assert other.run("git status --porcelain") == ""
            assert other.run("dvc status") == "Data and pipelines are up to date.\n"
        start.run("git merge -q later && dvc checkout -q && dvc push -q")
        larger = there.measure()[1]
    # docs/remotes.md has the figures of the whole sample
    assert 0 < larger - size < size / 5
