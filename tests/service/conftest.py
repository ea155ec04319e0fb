"""A small model, and a service of it, that the tests share."""

import subprocess

import pytest

from tagger.dataset import Dataset
from tests import trainings
from tests.questions import make_questions
from tests.service.servers import serving


@pytest.fixture(scope="session")
def tagger():
    return trainings.train(Dataset.of(make_questions(200))).tagger


@pytest.fixture(scope="session")
def model(tagger, tmp_path_factory):
    """Its folder."""
    folder = tmp_path_factory.mktemp("model") / "tagger"
    tagger.save(folder, {"data_sha256": "0"})
    return folder


@pytest.fixture(scope="session")
def service(model, tmp_path_factory):
    """Read what it says; do not stop it."""
    with serving(tmp_path_factory.mktemp("state"), model) as running:
        yield running


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 3 MB; where none may be mounted, the test skips by name."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
