"""A small model, a service of it, and both kinds of database, that the tests share."""

import os
import subprocess

import pytest
import sqlalchemy

from service.doors.keys import add_key
from service.doors.roles import ROLES
from service.state.tables import metadata
from tagger.dataset import Dataset
from tests import trainings
from tests.questions import make_questions
from tests.searches import PASSWORD, PROGRAMS, postgres
from tests.service.browser import opening
from tests.service.servers import serving

MUST = bool(os.environ.get("CI"))


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


@pytest.fixture(scope="session")
def keyed(model, tmp_path_factory):
    """The same with `keys`: one of each role by its name, and one of all roles."""
    folder = tmp_path_factory.mktemp("keyed")
    roles = {role: [role] for role in ROLES} | {"all": ROLES}
    keys = {name: add_key(folder / "keys.json", name, given) for name, given in roles.items()}
    with serving(folder, model, RATE=0) as running:
        running.keys |= keys
        yield running


@pytest.fixture(scope="module")
def browser():
    """Chromium; while it runs, its thread can have no other event loop."""
    with opening() as running:
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


@pytest.fixture(scope="module")
def server():
    if not PROGRAMS and not MUST:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'service.db'}"
        return
    url = request.getfixturevalue("server")
    yield url
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    engine.dispose()
