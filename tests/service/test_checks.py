"""What a release lacks is told in one line that says how to bring it."""

import sys

import pytest

from service.checks import EXTRAS, PackageError, needing_packages
from service.versions.copies import verify
from tagger.dataset import Dataset
from tests import trainings
from tests.imports import ROOT
from tests.questions import make_questions


@pytest.mark.parametrize("package", EXTRAS)
def test_each_package_that_a_model_may_need_is_brought_by_the_extras_that_are_named(package):
    with pytest.raises(PackageError, match=f"needs {package}, .*EXTRAS={EXTRAS[package]}$"), needing_packages():
        raise ModuleNotFoundError(f"No module named {package}.part", name=f"{package}.part")
    pins = (ROOT / f"deploy/requirements-{EXTRAS[package]}.txt").read_text().splitlines()
    assert any(pin.startswith(f"{package}==") for pin in pins)


def test_a_package_that_no_model_needs_is_a_mistake_of_ours():
    with pytest.raises(ModuleNotFoundError), needing_packages():
        raise ModuleNotFoundError("No module named 'dvc'", name="dvc")


def test_a_challenger_that_needs_more_than_there_is_does_not_get_in(tmp_path, monkeypatch):
    tagger = trainings.train(Dataset.of(make_questions(200)), model="lightgbm").tagger
    tagger.save(tmp_path / "tagger", {"data_sha256": "0"})
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "tagger.grams", raising=False)
    with pytest.raises(PackageError, match="EXTRAS=trees"):
        verify(tmp_path / "tagger", "0")
