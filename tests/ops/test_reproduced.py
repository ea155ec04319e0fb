"""What CI says of a pipeline that came out otherwise, on a small repository with the files it looks at."""

import json
import subprocess

import pytest
import yaml

from ops import reproduced

LOCK = {"stages": {stage: {"outs": [{"md5": stage}]} for stage in (*reproduced.BEFORE_TRAINING, "train")}}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    (tmp_path / "metrics").mkdir()
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump(LOCK))
    (tmp_path / "metrics/test.json").write_text(json.dumps({"f1_micro": 0.7}))
    (tmp_path / "metrics/drift.json").write_text(json.dumps({"months": 12, "f1_micro_mean": 0.6}))
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "start"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def change_lock(folder, stage):
    lock = yaml.safe_load((folder / "dvc.lock").read_text())
    lock["stages"][stage]["outs"][0]["md5"] = "other"
    (folder / "dvc.lock").write_text(yaml.safe_dump(lock))


def test_nothing_changed(repository, capsys):
    reproduced.main()
    assert "to the bit" in capsys.readouterr().out


def test_another_cpu_may_differ_in_the_models_last_bits(repository, capsys):
    change_lock(repository, "train")
    (repository / "metrics/test.json").write_text(json.dumps({"f1_micro": 0.7015}))
    reproduced.main()
    assert "another type of CPU" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: change_lock(folder, "clean"), "dvc.lock: the outs of clean differ"),
        (
            lambda folder: (folder / "metrics/test.json").write_text('{"f1_micro": 0.703}'),
            "metrics/test.json: f1_micro is 0.703, committed is 0.7",
        ),
        (
            lambda folder: (folder / "metrics/drift.json").write_text('{"months": 11, "f1_micro_mean": 0.6}'),
            "metrics/drift.json: months is 11, committed is 12",
        ),
        (lambda folder: (folder / "new.txt").write_text(""), "new.txt has changed"),
    ],
)
def test_more_than_that_fails(repository, spoil, message):
    spoil(repository)
    with pytest.raises(SystemExit) as stopped:
        reproduced.main()
    assert message in stopped.value.code
