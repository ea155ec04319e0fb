"""The image's steps, run in clean roots, and the service in what they made: read-only, as nobody in particular."""

import json
import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tagger.dataset import Dataset
from tests import trainings
from tests.deploy import image
from tests.deploy.releases import damage_model
from tests.imports import ROOT
from tests.questions import make_questions
from tests.searches import find_port

NOT_THERE = ("dvc", "torch", "pytest", "mlflow", "sklearn", "stages", "ops", "uv", "pip")


def test_what_is_sent_to_docker_is_no_more_than_what_is_copied(tmp_path, model):
    context = image.make_context(tmp_path / "context", {"models/tagger": model})
    top = {path.name for path in context.iterdir()}
    files = {"constraints.txt", "requirements-nltk.txt", "requirements-telemetry.txt"}
    assert top == files | {"deploy", "tagger", "service", "metrics", "models"}
    assert not any((context / "deploy").glob("[!br]*"))


def test_what_the_service_imports_is_pinned_as_the_pipeline_pins_it():
    pins = {line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()}
    pins |= set((ROOT / "constraints.txt").read_text().splitlines())
    for path in (ROOT / "deploy").glob("requirements*.txt"):
        wanted = {line for line in path.read_text().splitlines() if not line.startswith("#")}
        assert wanted <= pins, path.name


@pytest.fixture(scope="module")
def made(built, model, tmp_path_factory):
    """The last stage; what `built` installed lies in uv's cache."""
    if os.getuid() or not shutil.which("unshare") or not shutil.which("setpriv"):
        pytest.skip("a clean root needs root, unshare and setpriv")
    folder = tmp_path_factory.mktemp("image")
    context = image.make_context(folder / "context", {"models/tagger": model})
    return image.build(folder, context, VERSION="tagger@v1.0.0")


@contextmanager
def running(stage, port):
    process = stage.start("/state", stage.command, TAGGER_PORT=str(port), TAGGER_HOST="127.0.0.1")
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def ask(port, method, path, body=None):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def is_healthy(stage, port):
    """HEALTHCHECK, as the engine runs it."""
    process = stage.start("/state", stage.health, TAGGER_PORT=str(port))
    process.communicate(timeout=30)
    return process.returncode == 0


@pytest.mark.slow
def test_the_image_answers_read_only_and_as_nobody_in_particular(made):
    port = find_port()
    assert not is_healthy(made, port)
    with running(made, port) as process:
        end = time.monotonic() + 60
        while not is_healthy(made, port):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < end
        status, answer = ask(port, "POST", "/v1/tags", {"title": "How to join a table"})
        assert (status, answer["version"]) == (200, "tagger@v1.0.0")
        status, receipt = ask(port, "POST", "/v1/feedback", {"prediction_id": answer["prediction_id"], "rating": "up"})
        assert (status, receipt["stored"]) == (201, "database")
        assert made.user == "10001:10001"
        owner = Path(f"/proc/{process.pid}/status").read_text()
        assert "Uid:\t10001\t10001\t10001\t10001" in owner
        assert "CapBnd:\t0000000000000000" in owner
        assert "NoNewPrivs:\t1" in owner
    # What it is told to keep is in its volume, and in nothing else.
    assert (made.root / "state/service.db").is_file()
    assert made.volumes == ["/state"]


@pytest.mark.slow
def test_the_image_holds_the_service_alone(made, monkeypatch):
    code = f"from importlib.util import find_spec; print([name for name in {NOT_THERE} if find_spec(name)])"
    assert made.enter("/state", ["python3.11", "-PsS", "-c", code]).strip() == "[]"
    for user, told in (("10001:10001", "Permission denied"), ("0:0", "Read-only file system")):
        monkeypatch.setattr(made, "user", user)
        with pytest.raises(AssertionError, match=told):
            made.enter("/state", ["python3.11", "-c", "open('/app/service/app.py', 'a')"])
    megabytes = int(subprocess.run(["du", "-sm", made.root / "app"], capture_output=True, check=True).stdout.split()[0])
    assert megabytes < 400
    assert {path.name for path in (made.root / "app").iterdir()} >= {
        "packages",
        "tagger",
        "service",
        "model",
        "release.json",
    }


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """A model of trees, which the service's own packages cannot score."""
    folder = tmp_path_factory.mktemp("trees") / "tagger"
    trainings.train(Dataset.of(make_questions(200)), model="lightgbm").tagger.save(folder, {"data_sha256": "0"})
    return folder


@pytest.mark.slow
def test_trees_are_walked_read_only_too(made, trees, tmp_path):
    context = image.make_context(tmp_path / "context", {"models/tagger": trees})
    stage, port = image.build(tmp_path, context, EXTRAS="trees"), find_port()
    # What is compiled there goes where it may: a release is the same in every build.
    assert not list((stage.root / "app").rglob("*.nb[ci]"))
    with running(stage, port) as process:
        end = time.monotonic() + 60
        while not is_healthy(stage, port):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < end
        assert ask(port, "POST", "/v1/tags", {"title": "How to join a table"})[0] == 200
        questions = [{"title": f"How to join {number} tables"} for number in range(8)]
        assert ask(port, "POST", "/v1/tags/batch", {"questions": questions})[0] == 200


@pytest.mark.slow
def test_a_model_that_extras_forgot_ends_the_build(made, trees, tmp_path):
    context = image.make_context(tmp_path / "context", {"models/tagger": trees})
    with pytest.raises(AssertionError, match="needs numba, which is not there: build the release with EXTRAS=trees"):
        image.build(tmp_path, context)


@pytest.mark.slow
def test_a_damaged_model_ends_the_build(made, model, tmp_path):
    context = image.make_context(tmp_path / "context", {"models/tagger": model})
    (context / "model").symlink_to("models/tagger")
    damage_model(context)
    with pytest.raises(AssertionError, match="is not what was saved"):
        image.build(tmp_path, context)
