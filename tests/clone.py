"""A scratch clone of the repository as it stands, with an empty HOME, in which tests run DVC itself."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from tests.imports import ROOT

# The bundled sample, small enough for many runs.
SMALL = {
    "sources": {"sample": {"questions": 1200}},
    "split": {"followed": 2},
    # Evidently takes seconds a month
    "drift": {"evidently_rows": 0, "min_questions": 20},
}

SECONDS_TO_FINISH = 300
# The experiments of a queue that are over, well or ill.
OVER = """git for-each-ref --format='%(refname)' refs/exps | grep -E '^refs/exps/[0-9a-f]{2}/'
    git reflog refs/exps/celery/failed 2> /dev/null; true"""
# The variable that names the folder, which conftest.py sets.
COMPILED = "TEST_COMPILED"


def keep_compiled() -> dict[str, str]:
    """Variables by which numba finds in one clone what it compiled in another: see tests/compiled.py."""
    return {"NUMBA_CACHE_DIR": os.environ[COMPILED], "NUMBA_CACHE_LOCATOR_CLASSES": "tests.compiled.ByContent"}


class Clone:
    """A git repository in `folder`; commands run there with the tests' own Python first on the PATH, and with the
    variables in `extra`. With an `origin` it is git's clone of that; with a `twin`, a copy of that as it stands; one
    that lies there already, which another worker of the tests made, is taken as it is."""

    def __init__(self, folder: Path, origin: Path | None = None, twin: "Clone | None" = None) -> None:
        self.folder = folder
        self.home = folder.parent / f"{folder.name}-home"
        self.extra: dict[str, str] = {}
        self.home.mkdir(parents=True, exist_ok=True)
        if (folder / ".git").is_dir():
            return
        if origin:
            self.run(f"git clone -q {origin} {folder}", cwd=self.home)
            return
        if twin:
            shutil.copytree(twin.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("tmp"))
            return
        for name in self.run("git ls-files -z --cached --others --exclude-standard", cwd=ROOT).split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        self.run("git init -q -b main && git add -A")
        self.commit("start")

    def run(self, command: str, cwd: Path | None = None, code: int = 0) -> str:
        """Run a shell command that must exit with `code`; return what it prints, both streams together."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=cwd or self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code or (code and done.returncode), f"{command}\n{done.stdout}"
        return done.stdout

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in {"LANG", "TERM", "TMPDIR"}}
        return kept | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "DVC_SITE_CACHE_DIR": str(self.home / "site"),
            "GIT_AUTHOR_NAME": "test",
            "GIT_AUTHOR_EMAIL": "test@example.org",
            "GIT_COMMITTER_NAME": "test",
            "GIT_COMMITTER_EMAIL": "test@example.org",
            **keep_compiled(),
            **self.extra,
        }

    def commit(self, message: str) -> None:
        """Commit whatever there is."""
        self.run(f"git add -A && git commit -q --allow-empty -m '{message}'")

    def set_params(self, values: dict) -> None:
        """Merge values into params.yaml."""
        path = self.folder / "params.yaml"
        params = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump(merge(params, values), sort_keys=False), encoding="utf-8")


class Shared(Clone):
    """A clone with a bare repository beside it that all share."""

    def __init__(self, folder: Path, twin: Clone | None = None) -> None:
        super().__init__(folder, twin=twin)
        self.run("git init -q --bare -b main ../bare && git remote add origin ../bare && git push -q origin main")

    def train(self, message: str, **values: Any) -> str:
        """Change parameters, run the pipeline, commit; returns the commit."""
        self.set_params(values)
        self.run("dvc repro -q")
        self.commit(message)
        return self.run("git rev-parse HEAD").strip()


def run_queue(clone: Clone, count: int, jobs: int = 1) -> str:
    """Have workers run the `count` experiments that are queued; what `dvc queue status` says in the end.

    git is asked whether they are over: DVC takes a second of the processor to say so."""
    wanted = len(clone.run(OVER).splitlines()) + count
    # A worker may stay when the queue is empty, and what it holds open with it: it must not be our pipe.
    clone.run(f"dvc queue start -j {jobs} > .dvc/tmp/workers.out 2>&1")
    end = time.monotonic() + SECONDS_TO_FINISH
    while len(clone.run(OVER).splitlines()) < wanted and time.monotonic() < end:
        time.sleep(0.5)
    while "Running" in (said := clone.run("dvc queue status")) and time.monotonic() < end:
        time.sleep(0.5)
    clone.run("dvc queue stop --kill > .dvc/tmp/stopped.out 2>&1 || true")
    return said


def merge(old: dict, new: dict) -> dict:
    """`new` laid over `old`, section by section."""
    both = {name: merge(old[name], value) for name, value in new.items() if isinstance(value, dict) and name in old}
    return old | new | both


def list_runs(printed: str) -> list[str]:
    """The stages that a printed dvc command ran."""
    return [line.split("'")[1] for line in printed.splitlines() if line.startswith("Running stage '")]
