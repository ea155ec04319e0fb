"""The actions that our workflows use, played: what they must be given is checked, what they do is done on loopback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.workflows.runner import Job

Given = dict[str, str]


def check_out(job: "Job", given: Given) -> Given:
    """actions/checkout: a history of one commit, or all; no credentials are kept."""
    assert given["persist-credentials"] == "false"
    ref = given.get("ref") or job.event.ref
    git(job, "init", "--quiet", ".")
    git(job, "remote", "add", "origin", f"file://{job.runner.github.folder}")
    if given.get("fetch-depth") == "0":
        git(job, "fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        check_out_whole(job, ref)
    else:
        git(job, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", ref)
        git(job, "checkout", "--quiet", "FETCH_HEAD")
    return {}


def check_out_whole(job: "Job", ref: str) -> None:
    """A branch by its name, a commit, or a tag, which GitHub's own makes a plain one where it started the run."""
    name = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    if git(job, "branch", "--remotes", "--list", f"origin/{name}"):
        git(job, "checkout", "--quiet", "-B", name, f"origin/{name}")
        return
    git(job, "checkout", "--quiet", f"{name}^0")
    if ref.startswith("refs/tags/"):
        git(job, "tag", "--force", name, "HEAD")


def git(job: "Job", *words: str) -> str:
    environment = os.environ | {"HOME": str(job.home)}
    done = subprocess.run(["git", *words], cwd=job.work, env=environment, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def set_up_python(job: "Job", given: Given) -> Given:
    assert given["python-version"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python-version": "3.11.99"}


def restore(job: "Job", given: Given) -> Given:
    """actions/cache/restore: the exact key, else the latest that begins with a restore-key."""
    caches = job.runner.caches
    found = [path for path in caches.iterdir() if path.name == given["key"]]
    for prefix in given.get("restore-keys", "").split():
        found += sorted(caches.glob(f"{prefix}*"), key=lambda path: -path.stat().st_mtime_ns)
    if found:
        shutil.copytree(found[0], job.work / given["path"], dirs_exist_ok=True)
    return {"cache-hit": "true" if found and found[0].name == given["key"] else ""}


def save(job: "Job", given: Given) -> Given:
    """actions/cache/save: a key is never written twice."""
    source, target = job.work / given["path"], job.runner.caches / given["key"]
    if source.exists() and not target.exists():
        shutil.copytree(source, target)
    return {}


def cache(job: "Job", given: Given) -> Given:
    """actions/cache for .venv, whose content `make setup` links: there where the runner says so."""
    assert given["path"] == ".venv"
    if job.runner.venv_is_cached:
        (job.work / ".venv").mkdir()
    return {"cache-hit": "true" if job.runner.venv_is_cached else ""}


def set_up_cml(job: "Job", given: Given) -> Given:
    assert given == {"vega": "false"}
    job.install("cml")
    return {}


ACTIONS: dict[str, Callable[["Job", Given], Given]] = {
    "actions/checkout": check_out,
    "actions/setup-python": set_up_python,
    "actions/cache": cache,
    "actions/cache/restore": restore,
    "actions/cache/save": save,
    "iterative/setup-cml": set_up_cml,
}
