"""params.yaml as DVC writes it: an experiment with -S and the way back leave the file as it was."""

import shutil

import pytest
from dvc.utils.hydra import apply_overrides

from ops.check import find_problems
from tests.imports import ROOT
from tests.params import PARAMS


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("model=random_forest", "model=linear"),
        ("fetch.path=/a/much/longer/path/to/Posts.7z", "fetch.path=data/import"),
        ("fetch.from=null", "fetch.from=2023-01"),
        ("fetch.to=2013-12", "fetch.to=2024-12"),
        ("feedback.enabled=true", "feedback.enabled=false"),
        ("validate.max_volume=10", "validate.max_volume=null"),
    ],
)
def test_there_and_back_again(tmp_path, there, back):
    path = shutil.copy(ROOT / "params.yaml", tmp_path)
    for override in (there, back):
        apply_overrides(path, [override])
    assert (tmp_path / "params.yaml").read_text() == (ROOT / "params.yaml").read_text()


def test_the_defaults_are_sound():
    assert list(find_problems(PARAMS)) == []
