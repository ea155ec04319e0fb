"""The scripts that CI runs around the pipeline: nothing is asked of a machine that has all, nor of a person's."""

import subprocess
from pathlib import Path

import pytest

from tests.imports import ROOT


@pytest.fixture
def machine(tmp_path):
    """A PATH of programs that note what they are called with."""

    def install(name: str, script: str) -> None:
        (tmp_path / name).write_text(f"#!/bin/bash\n{script}\n")
        (tmp_path / name).chmod(0o755)

    for name in ("git", "make", "chromium", "prometheus", "prometheus-alertmanager", "gh"):
        install(name, "exit 0")
    install("apt-get", f'echo "$@" >> {tmp_path}/asked')
    install("id", "echo 0")
    return tmp_path


def run(folder: Path, *words: str) -> subprocess.CompletedProcess:
    environment = {"PATH": str(folder)}
    return subprocess.run(["/bin/bash", *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)


def asked(folder: Path) -> str:
    return (folder / "asked").read_text() if (folder / "asked").exists() else ""


def test_what_is_missing_is_installed_by_root_alone(machine):
    (machine / "gh").unlink()
    (machine / "chromium").unlink()
    run(machine, "ops/system.sh")
    assert asked(machine).splitlines()[-1].endswith("chromium gh")
    (machine / "asked").unlink()
    (machine / "id").write_text("#!/bin/bash\necho 1000\n")
    run(machine, "ops/system.sh")
    assert asked(machine) == ""


@pytest.mark.parametrize(
    ("remote", "way", "says", "calls"),
    [
        ("exit 251", "push", "storage: no remote is set, nothing to push", ""),
        ("exit 0", "push", "", "push a b\n"),
        ("exit 0", "pull", "", "pull a b\n"),
    ],
)
def test_storage_is_where_a_remote_is(machine, remote, way, says, calls):
    script = f'if [ "$1" = config ]; then {remote}; fi; echo "$@" >> {machine}/calls'
    (machine / "dvc").write_text(f"#!/bin/bash\n{script}\n")
    (machine / "dvc").chmod(0o755)
    assert says in run(machine, "ops/storage.sh", way, "a", "b").stdout
    assert ((machine / "calls").read_text() if calls else "") == calls


def test_what_cannot_be_pulled_is_a_warning_and_what_cannot_be_pushed_an_error(machine):
    (machine / "dvc").write_text('#!/bin/bash\n[ "$1" = config ]\n')
    (machine / "dvc").chmod(0o755)
    assert run(machine, "ops/storage.sh", "pull").stdout.startswith("::warning::")
    with pytest.raises(subprocess.CalledProcessError):
        run(machine, "ops/storage.sh", "push")
