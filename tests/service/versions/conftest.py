"""A second model, and one that is broken."""

import shutil

import pytest


@pytest.fixture(scope="session")
def other(tagger, tmp_path_factory):
    """The folder of a model that answers as the first one and is sealed as another."""
    folder = tmp_path_factory.mktemp("other") / "tagger"
    tagger.save(folder, {"data_sha256": "1"})
    return folder


@pytest.fixture
def broken(other, tmp_path):
    """The folder of a model of which a byte has changed."""
    folder = tmp_path / "broken"
    shutil.copytree(other, folder)
    path = next(folder.glob("*.npz"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return folder
