"""A clone of this repository in which ops work unattended: nobody's files are touched, and a kill leaves nothing half.

It shares DVC's cache and .cache/ with the repository, so that what was made there is restored and not made again. It
has no remote of git: what is to be shared is taken from it, and pushed from here, where the credentials are.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.git import git
from tagger.errors import TaggerError

# Standard output is for the answer, so what others print goes to the other stream.
STDERR = 2


class ScratchError(TaggerError):
    """What runs in the clone fails, or another run works there."""


@dataclass(frozen=True)
class Scratch:
    """A clone in `folder`, whose own code the commands run; `shared`: whether DVC has a default remote."""

    folder: Path
    shared: bool = False

    def git(self, *words: str) -> str:
        """What git prints there. Raises GitError."""
        return git("-C", str(self.folder), *words)

    def run(self, *words: str) -> None:
        """Run a Python module there and show what it prints. Raises ScratchError."""
        check(self.start(words, STDERR), words)

    def ask(self, *words: str, no: int) -> tuple[bool, str]:
        """Run a module that answers no by a code of its own: what it answers and prints. Raises ScratchError."""
        done = self.start(words, subprocess.PIPE)
        sys.stderr.write(done.stdout)
        if done.returncode != no:
            check(done, words)
        return done.returncode == 0, done.stdout

    def start(self, words: tuple[str, ...], stdout: int) -> subprocess.CompletedProcess[str]:
        """Run a module there, with this Python for what it starts, and the downloads that are kept here."""
        downloads = Path(os.environ.get("TAGGER_CACHE", ".cache/downloads")).resolve()
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        environment = os.environ | {"TAGGER_CACHE": str(downloads), "PATH": path}
        command = [sys.executable, "-m", *words]
        return subprocess.run(command, cwd=self.folder, env=environment, stdout=stdout, text=True, check=False)


def check(done: subprocess.CompletedProcess[str], words: tuple[str, ...]) -> None:
    """Raises ScratchError where a command has failed."""
    if done.returncode:
        raise ScratchError(f"`{' '.join(words)}` ended with code {done.returncode}: what it printed last says why")


@contextmanager
def make_scratch(folder: Path, commit: str) -> Iterator[Scratch]:
    """A fresh clone at a commit, locked while it is used. Raises ScratchError, GitError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ScratchError(f"another run works in {folder}: wait until it has ended") from error
        remove(folder)
        try:
            git("clone", "--quiet", "--no-checkout", ".", str(folder))
            scratch = Scratch(folder)
            scratch.git("checkout", "--quiet", "--detach", commit)
            scratch.git("remote", "remove", "origin")
            set_identity(scratch)
            yield Scratch(folder, share_caches(folder))
        finally:
            remove(folder)


def remove(folder: Path) -> None:
    """Remove a clone, without what it only points at; also one that a killed run left."""
    if folder.exists():
        shutil.rmtree(folder)


def set_identity(scratch: Scratch) -> None:
    """Commit there as here. Raises GitError where nobody is named."""
    name, _, rest = git("var", "GIT_AUTHOR_IDENT").partition(" <")
    scratch.git("config", "user.name", name)
    scratch.git("config", "user.email", rest.partition(">")[0])


def share_caches(folder: Path) -> bool:
    """Let the clone use the caches that are here, and what only this machine knows of DVC's remotes; whether one of
    them is the default."""
    from dvc.repo import Repo

    (folder / ".cache").symlink_to(Path(".cache").resolve())
    (folder / ".git/info").mkdir(exist_ok=True)
    with (folder / ".git/info/exclude").open("a", encoding="utf-8") as file:
        file.write("/.cache\n")
    local = Path(".dvc/config.local")
    if local.is_file():
        shutil.copy(local, folder / ".dvc/config.local")
    here, there = Repo(), Repo(str(folder))
    with there.config.edit("local", validate=False) as config:
        config["cache"]["dir"] = here.cache.local_cache_dir
        for name, remote in here.config["remote"].items():
            if "://" not in remote["url"]:  # a folder may be named as seen from the repository's own
                config["remote"].setdefault(name, {})["url"] = remote["url"]
    return here.config["core"].get("remote") is not None
