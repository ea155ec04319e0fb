"""Deployments over a real sshd: first, under load, broken, back, twice at once, cut off."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from ops.live.sshd import SSHD
from tests.deploy import releases
from tests.deploy.host import Callers, hosting
from tests.imports import ROOT

pytestmark = pytest.mark.slow
MUST = bool(os.environ.get("CI") or os.environ.get("NEED_SSHD"))


@pytest.fixture
def bare(tmp_path):
    """A host that nothing was sent to."""
    if not SSHD.exists() and not MUST:
        pytest.skip("there is no /usr/sbin/sshd: install openssh-server")
    with hosting(tmp_path) as host:
        yield host


@pytest.fixture
def host(bare, built):
    """One that has the packages."""
    bare.place_packages(built / "one")
    return bare


def test_the_first_deployment_serves_and_the_same_again_does_nothing(bare, built):
    host = bare
    said = host.deploy(built / "one")
    assert "sending packages" in said
    assert "sending releases" in said
    assert host.serving() == "one"
    again = host.deploy(built / "one")
    assert "sending" not in again
    assert "is served already" in again
    assert "sending packages" not in host.deploy(built / "two")
    assert host.serving() == "two"


def test_updates_under_load_lose_no_request(host, built):
    host.deploy(built / "one")
    with Callers(host.port) as callers:
        for name in ("two", "one", "two"):
            host.deploy(built / name)
            callers.wait(name)
        host.deploy("--back")
        callers.wait("one")
    assert callers.failures == []
    assert min(callers.versions.values()) > 100
    assert host.serving() == "one"


def test_two_workers_lose_no_request_either(host, built):
    host.set(TAGGER_PORT=host.port, TAGGER_JOURNAL_MB=1, TAGGER_WORKERS=2)
    host.deploy(built / "one")
    with Callers(host.port) as callers:
        host.deploy(built / "two")
        callers.wait("two")
        host.deploy("--back")
        callers.wait("one")
    assert callers.failures == []


def test_a_service_with_keys_and_names_is_asked_with_one(host, built):
    environment = os.environ | {"TAGGER_STATE": str(host.root / "state")}
    command = [sys.executable, "-m", "service.keys", "add", "probe", "--roles", "ask"]
    (host.root / "state").mkdir()
    key = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    settings = {"TAGGER_PORT": host.port, "TAGGER_JOURNAL_MB": 1, "TAGGER_HOSTS": "tags.example.org"}
    host.set(**settings)
    assert "401" in (said := host.deploy(built / "one", code=1))
    assert "set TAGGER_PROBE_KEY to a key that may ask" in said
    host.set(**settings, TAGGER_PROBE_KEY=key)
    assert "is served" in host.deploy(built / "one")


def test_a_command_of_the_service_runs_there_as_what_is_served(host, built):
    assert "nothing is served" in host.deploy("--run", "versions", "show", code=1)
    host.deploy(built / "one")
    assert "champion    one (sha256" in host.deploy("--run", "versions", "show")
    key = host.deploy("--run", "keys", "add", "somebody", "--roles", "ask").splitlines()[-1]
    assert "somebody" in (host.root / "state/keys.json").read_text()
    assert key not in (host.root / "state/keys.json").read_text()
    assert "there is nothing to go back to" in host.deploy("--run", "versions", "rollback", code=1)
    assert "usage" in host.deploy("--run", "holder", code=1)


BROKEN = {
    "damaged": (releases.damage_model, "is not what was saved"),
    "500": (releases.answer_500, "POST /v1/tags: 500"),
    "wrong": (releases.answer_wrongly, "where the release was built answering"),
    "ends": (releases.end_at_once, "it ended: service: broken"),
    "imports": (releases.need_what_is_not_there, "No module named 'dvc'"),
}


def test_what_is_broken_is_not_served_and_no_request_notices(host, built, tmp_path):
    host.deploy(built / "one")
    started = (host.root / "state/started.json").read_text()
    with Callers(host.port) as callers:
        for name, (spoil, told) in BROKEN.items():
            spoil(folder := releases.vary(built / "one", tmp_path / name, name))
            said = host.deploy(folder, code=1)
            assert told in said, name
            assert "What was served before still is" in said
            assert "Traceback" not in said
            callers.wait("one")
    assert callers.failures == []
    assert set(callers.versions) == {"one"}
    assert (host.root / "state/started.json").read_text() == started
    assert host.serving() == "one"
    # What was refused is no place to go back to.
    assert "nothing was served before" in host.deploy("--back", code=1)


def test_of_two_workers_that_cannot_start_the_reason_is_told_as_well(host, built, tmp_path):
    host.set(TAGGER_PORT=host.port, TAGGER_JOURNAL_MB=1, TAGGER_WORKERS=2)
    releases.damage_model(folder := releases.vary(built / "one", tmp_path / "damaged", "damaged"))
    assert "is not what was saved" in host.deploy(folder, code=1)


def test_two_at_once_exclude_each_other_and_old_releases_go(host, built, tmp_path):
    host.deploy(built / "one")
    slow = host.start(built / "two")
    time.sleep(1.5)
    said = host.deploy(built / "two", code=1)
    assert "another deployment is at work" in said
    slow.communicate(timeout=60)
    assert slow.returncode == 0
    for name in ("three", "four", "five"):
        host.deploy(releases.vary(built / "one", tmp_path / name, name))
    kept = {path.name.partition("-")[0] for path in (host.root / "releases").iterdir()}
    assert kept == {"four", "five"}
    assert len(list((host.root / "packages").iterdir())) == 1


def test_a_connection_that_breaks_leaves_what_was_served(host, built):
    host.deploy(built / "one")
    with Callers(host.port) as callers:
        for pause in (0.2, 0.6, 1.2):
            deployment = host.start(built / "two")
            time.sleep(pause)
            os.killpg(deployment.pid, signal.SIGKILL)
            deployment.communicate()
            assert host.serving() in {"one", "two"}
        callers.wait(host.serving())
        end = time.monotonic() + 60
        while "another deployment" in (said := deploy_either(host, built / "two")):
            assert time.monotonic() < end, said
    assert callers.failures == []
    assert host.serving() == "two"


def deploy_either(host, folder):
    process = host.start(folder)
    return process.communicate(timeout=120)[0]


def test_what_is_served_comes_back_after_a_crash_and_a_restart(host, built):
    host.deploy(built / "one")
    host.deploy(built / "two")
    host.crash()
    with Callers(host.port) as callers:
        callers.wait("two")
    host.stop()
    (host.root / "current/model/model.json").write_text("{}")
    host.deploy("--back")
    assert host.serving() == "one"
    assert json.loads((host.root / "current/release.json").read_text())["version"] == "one"


def test_where_nothing_that_was_served_can_be_another_release_still_can(host, built, tmp_path):
    host.deploy(built / "one")
    host.deploy(built / "two")
    host.stop()
    for link in ("current", "previous"):
        (host.root / link / "model/model.json").write_text("{}")
    host.deploy(releases.vary(built / "one", tmp_path / "three", "three"))
    assert host.serving() == "three"


@pytest.fixture
def promoted(host, built, other):
    """A host that was deployed to, and where another model than the release's was promoted since."""
    host.deploy(built / "one")
    host.deploy("--run", "versions", "challenge", str(other), "--version", "better")
    host.deploy("--run", "versions", "promote")
    host.wait("better")
    return host


def test_a_release_that_cannot_follow_the_plan_is_refused_while_another_serves(promoted, built):
    host = promoted
    assert "versions.json in the state names another champion" in host.deploy(built / "two", code=1)
    releases.damage(host.find_copy("better"))
    with Callers(host.port) as callers:
        said = host.deploy(built / "two", code=1)
        assert "does not follow versions.json" in said
        assert "rollback or reset leaves out what cannot be served" in said
        callers.wait("better")
    assert callers.failures == []
    assert set(callers.versions) == {"better"}
    # One of the ways that it names.
    host.deploy("--run", "versions", "rollback")
    assert "is served" in host.deploy(built / "two")
    assert host.serving() == "one"


def test_alone_it_comes_up_with_whatever_it_can_serve(promoted, built):
    host = promoted
    host.crash()
    host.wait("better")
    assert host.ask_ready()["versions"] == "followed"
    releases.damage(host.find_copy("better"))
    host.crash()
    host.wait("one")
    assert host.ask_ready()["versions"] == "behind"
    assert "does not follow versions.json" in host.log()
    host.stop()
    host.deploy(built / "one")
    assert host.serving() == "one"
