"""The story that `make story` tells: it checks each of its steps itself."""

import os
import subprocess
import sys

import pytest

from ops.teller import Story, StoryError
from tests.clone import keep_compiled
from tests.imports import ROOT


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_from_an_experiment_to_production_and_back(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "ops.story", "--folder", tmp_path / "story"],
        cwd=ROOT,
        env=os.environ | keep_compiled(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("## The end")
    refs = subprocess.run(
        ["git", "-C", tmp_path / "story/hub.git", "for-each-ref", "--format=%(refname:short)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert [name for name in refs if name.startswith("tagger")] == [
        *(f"tagger#prod#{number}" for number in range(1, 6)),
        *(f"tagger@v{number}.0.0" for number in range(1, 4)),
    ]


@pytest.mark.parametrize(
    ("command", "says", "code", "told"),
    [
        ("echo well", ["^well$"], 0, None),
        ("echo well; exit 3", ["well"], 3, None),
        ("echo ill", ["well", "i.l"], 0, "that ended with code 0, wanted was code 0, 'well':\nill"),
        ("exit 1", [], 0, "that ended with code 1, wanted was code 0"),
    ],
)
def test_a_step_that_comes_out_otherwise_ends_it(tmp_path, command, says, code, told):
    (tmp_path / "clone").mkdir()
    story = Story(tmp_path)
    if told is None:
        story.run(command, *says, code=code)
        return
    with pytest.raises(StoryError) as raised:
        story.run(command, *says, code=code)
    assert str(raised.value).startswith(told)
