"""Releases of the small model of the service's tests."""

import pytest

from tests.deploy import releases
from tests.service.conftest import model, tagger
from tests.service.versions.conftest import other

__all__ = ["model", "other", "tagger"]


@pytest.fixture(scope="session")
def built(model, tmp_path_factory):
    """Two good releases, `one` and `two`."""
    folder = tmp_path_factory.mktemp("built")
    releases.build(folder / "one", model, VERSION="one")
    releases.vary(folder / "one", folder / "two", "two")
    return folder
