"""A runner for our workflows: every `run:` is executed by bash in a real checkout, every `uses:` is played.

Of GitHub's semantics it has expressions, `if:`, env, outputs, the files behind GITHUB_ENV, GITHUB_OUTPUT, GITHUB_PATH
and GITHUB_STEP_SUMMARY, composite actions, and checkouts that hold no more than was asked for.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.clone import keep_compiled
from tests.imports import ROOT
from tests.workflows.actions import ACTIONS
from tests.workflows.expressions import Open, decide, fill
from tests.workflows.github import REPOSITORY, TOKEN, GitHub, point_at

WORKFLOWS = ROOT / ".github/workflows"
PROGRAMS = Path(__file__).parent / "programs"
# Who pushes from a workflow must have set git up and hold the token, since no checkout keeps credentials.
HOOK = f"""#!/bin/sh
[ -n "$TEST_PERSON" ] && exit 0
[ "$GH_TOKEN" = "{TOKEN}" ] && git config --global --get-regexp 'credential.*helper' gh >/dev/null && exit 0
echo "pushing needs the token and gh auth setup-git" >&2
exit 1
"""
Step = dict[str, Any]


@dataclass
class Event:
    """What starts a workflow; `payload` is what github.event holds besides the inputs."""

    name: str
    ref: str = "refs/heads/main"
    inputs: dict[str, str] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What came of a run: of each `run:` step by "job: name" success, failure or skipped; what was printed, summed up
    and commented; what stands-in programs noted."""

    steps: dict[str, str] = field(default_factory=dict)
    printed: str = ""
    summary: str = ""
    comment: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def skipped(self) -> set[str]:
        return {name for name, came in self.steps.items() if came == "skipped"}

    @property
    def failed(self) -> list[str]:
        return [name for name, came in self.steps.items() if came == "failure"]


def read_workflow(name: str) -> dict[str, Any]:
    """A workflow of this checkout."""
    workflow: dict[str, Any] = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    return workflow


def list_run_steps(name: str) -> Iterator[str]:
    """Every `run:` step of a workflow, by the name that Outcome has for it."""
    for job, body in read_workflow(name)["jobs"].items():
        # A job that is another workflow has none.
        for step in body.get("steps", []):
            for inner in read_action(ROOT, step) if step.get("uses", "").startswith("./") else [step]:
                if "run" in inner:
                    yield f"{job}: {inner['name']}"


def read_action(folder: Path, step: Step) -> list[Step]:
    """The steps of a composite action of the checkout."""
    steps: list[Step] = yaml.safe_load((folder / step["uses"] / "action.yml").read_text("utf-8"))["runs"]["steps"]
    return steps


class Runner:
    """Runs workflows for a GitHub; `folder` keeps checkouts and caches."""

    def __init__(self, folder: Path, github: GitHub, venv_is_cached: bool) -> None:
        self.folder, self.github, self.venv_is_cached = folder, github, venv_is_cached
        self.extra: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.caches = folder / "caches"
        self.caches.mkdir()
        self.runs = 0
        hook = github.folder / "hooks/pre-receive"
        hook.write_text(HOOK)
        hook.chmod(0o755)

    def run(self, workflow: str, event: Event, jobs: Collection[str] = ()) -> Outcome:
        """Run the jobs, or those that are named, one after the other."""
        body, outcome = read_workflow(workflow), Outcome()
        for name, job in body["jobs"].items():
            if jobs and name not in jobs:
                continue
            self.runs += 1
            Job(self, name, body, job, event, outcome).run()
        return outcome


class Job:
    """One job on a machine of its own."""

    def __init__(self, runner: Runner, name: str, workflow: Step, job: Step, event: Event, outcome: Outcome) -> None:
        self.runner, self.name, self.job, self.event, self.outcome = runner, name, job, event, outcome
        self.machine = runner.folder / f"machine-{runner.runs}"
        self.work, self.home, self.temp = (self.machine / part for part in ("work", "home", "temp"))
        for folder in (self.work, self.home, self.temp, self.machine / "bin"):
            folder.mkdir(parents=True)
        self.install("make", "sudo")
        self.shell = workflow.get("defaults", {}).get("run", {}).get("shell")
        self.env: dict[str, str] = {}
        self.path: list[str] = []
        self.failed = False
        self.steps: dict[str, Any] = {}
        for level in (workflow, job):
            self.env |= self.fill_all(level.get("env", {}))

    def install(self, *programs: str) -> None:
        for program in programs:
            shutil.copy2(PROGRAMS / program, self.machine / "bin" / program)

    def run(self) -> None:
        """Run the steps, and note of each what came of it."""
        for step in self.job["steps"]:
            self.take(step)

    def take(self, step: Step) -> str:
        """Run a step where its `if:` says so."""
        came, outputs = "skipped", {}
        if decide(step.get("if"), self.contexts(), self.functions()):
            try:
                outputs = self.use(step) if "uses" in step else self.execute(step)
                came = "success"
            except subprocess.CalledProcessError:
                self.failed, came = True, "failure"
        elif step.get("uses", "").startswith("./"):
            for inner in read_action(ROOT, step):
                self.note(inner, "skipped")
        self.note(step, came)
        if "id" in step:
            self.steps[step["id"]] = {"outputs": Open(outputs), "outcome": came}
        return came

    def note(self, step: Step, came: str) -> None:
        if "run" in step:
            self.outcome.steps[f"{self.name}: {step['name']}"] = came

    def contexts(self) -> dict[str, Any]:
        github = {
            "ref": self.event.ref,
            "event_name": self.event.name,
            "event": {"inputs": Open(self.event.inputs)} | self.event.payload,
            "repository": REPOSITORY,
            "token": TOKEN,
            "run_id": self.runner.runs,
            "run_attempt": 1,
        }
        runner = {"os": "Linux", "arch": "X64", "temp": str(self.temp)}
        given = {"inputs": self.event.inputs, "secrets": self.runner.secrets, "vars": self.runner.variables}
        open_ones = {name: Open(values) for name, values in given.items()}
        return {"github": github, "runner": runner, "steps": self.steps} | open_ones

    def functions(self) -> dict[str, Callable[..., Any]]:
        return {
            "always": lambda: True,
            "success": lambda: not self.failed,
            "failure": lambda: self.failed,
            "hashFiles": self.hash_files,
        }

    def hash_files(self, *patterns: str) -> str:
        found = sorted({path for pattern in patterns for path in self.work.glob(pattern)})
        assert len(found) >= len(patterns), f"{patterns} match {found} alone"
        return hashlib.sha256(b"".join(path.read_bytes() for path in found)).hexdigest()

    def fill_all(self, values: dict[str, Any]) -> dict[str, str]:
        """Values with their expressions computed."""
        return {
            name: fill(str(value).lower() if isinstance(value, bool) else str(value), self.contexts(), self.functions())
            for name, value in values.items()
        }

    def execute(self, step: Step) -> dict[str, str]:
        """Run a step's script; its outputs. Raises CalledProcessError."""
        assert "${{" not in step["run"], "an expression in a script is code from elsewhere: give it by env"
        assert (step.get("shell") or self.shell) == "bash", "without pipefail a broken pipe goes on"
        files = {name: self.temp / name for name in ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        script = self.temp / "script.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.work,
            env=self.environment(files) | self.env | self.fill_all(step.get("env", {})),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.outcome.printed += f"## {self.name}: {step['name']}\n{done.stdout}"
        self.env |= read_pairs(files["ENV"])
        self.path = [*files["PATH"].read_text().split(), *self.path]
        self.outcome.summary += files["STEP_SUMMARY"].read_text(encoding="utf-8")
        self.collect()
        done.check_returncode()
        return read_pairs(files["OUTPUT"])

    def collect(self) -> None:
        """What stand-in programs left."""
        notes, comment = self.temp / "notes", self.temp / "comment"
        if notes.exists():
            self.outcome.notes += notes.read_text().splitlines()
            notes.unlink()
        self.outcome.comment = comment.read_text(encoding="utf-8") if comment.exists() else self.outcome.comment

    def environment(self, files: dict[str, Path]) -> dict[str, str]:
        """What GitHub's runner sets, and what the tests need besides; none of our own."""
        path = [*self.path, self.machine / "bin", *os.environ["PATH"].split(os.pathsep)]
        # The tests' own environment is not the machine's: only what `make setup` made there is found.
        path = [part for part in path if Path(part) != Path(sys.executable).parent]
        return {
            "PATH": os.pathsep.join(map(str, path)),
            "HOME": str(self.home),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.event.name,
            "GITHUB_REF": self.event.ref,
            "GITHUB_WORKSPACE": str(self.work),
            "RUNNER_TEMP": str(self.temp),
            **{f"GITHUB_{name}": str(file) for name, file in files.items()},
            **point_at(self.runner.github, self.home),
            "TEST_VENV": sys.prefix,
            "TEST_NOTES": str(self.temp / "notes"),
            "TEST_COMMENT": str(self.temp / "comment"),
            "TEST_TOKEN": TOKEN,
            "REAL_MAKE": str(shutil.which("make")),
            **keep_compiled(),
            "DVC_SITE_CACHE_DIR": str(self.home / "site"),
            **self.runner.extra,
        }

    def use(self, step: Step) -> dict[str, str]:
        """Play an action; its outputs. Raises KeyError for one that is not known here."""
        if step["uses"].startswith("./"):
            for inner in read_action(self.work, step):
                self.take(inner)
            return {}
        given = self.fill_all(step.get("with", {}))
        return ACTIONS[step["uses"].partition("@")[0]](self, given)


def read_pairs(file: Path) -> dict[str, str]:
    """`name=value`, a line each."""
    return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())
