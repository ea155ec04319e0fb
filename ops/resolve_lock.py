"""Resolve a merge's conflicts in dvc.lock and metrics/: `python -m ops.resolve_lock`, or `make resolve-lock`.

Each stage is taken from the side whose record holds for the merged files and params.yaml; where none does, `dvc repro`
runs it. All other conflicts come first, and are a person's to solve.
"""

import subprocess
import sys
from typing import Any

from ops.lock_merge import Choice, Stage, describe, merge_locks, order_names
from tagger.errors import TaggerError

LOCK, METRICS = "dvc.lock", "metrics/"
# What git calls the commit that is merged, picked or rebased.
HEADS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")


class MergeError(TaggerError):
    """There is nothing to resolve here, or something that a person must."""


def main() -> None:
    try:
        print("\n".join(resolve()))
    except TaggerError as error:
        sys.exit(f"resolve-lock: {error}")


def resolve() -> list[str]:
    """Write dvc.lock and metrics/, stage them in git; return what to say. Raises MergeError."""
    refuse_others(find_conflicts())
    sides = {"ours": "HEAD", "theirs": find_merged()}
    locks = {side: read_lock(revision) for side, revision in sides.items()}
    write_lock(locks["ours"])
    choices = merge_locks(read_stages(), locks["ours"]["stages"], locks["theirs"]["stages"])
    by_name = {choice.stage.name: choice.entry for choice in choices}
    names = order_names(choices, locks["ours"]["stages"])
    write_lock(locks["ours"] | {"stages": {name: by_name[name] for name in names}})
    for choice in choices:
        for path in sorted(choice.stage.outs):
            restore(path, sides[choice.side or "ours"])
    git("add", "--", LOCK)
    for path in find_conflicts():
        restore(path, "HEAD")
    return [*describe(choices), *check_out(choices), f"Then `dvc repro`, `git add {LOCK} metrics`, `git commit`."]


def find_conflicts() -> list[str]:
    """The files in conflict."""
    return [path for path in git("diff", "--name-only", "--diff-filter=U", "-z").split("\0") if path]


def refuse_others(paths: list[str]) -> None:
    """Raises MergeError where there is no conflict, or one that is a person's to solve."""
    if not paths:
        raise MergeError("git says of no file that it is in conflict")
    others = [path for path in paths if path != LOCK and not path.startswith(METRICS)]
    if others:
        raise MergeError(
            f"{', '.join(others)}: only you can say what these should be; "
            "edit them, `git add` them, then `make resolve-lock` again"
        )


def find_merged() -> str:
    """The commit that is being merged. Raises MergeError."""
    for name in HEADS:
        if git("rev-parse", "--quiet", "--verify", name, check=False):
            return name
    raise MergeError(f"no merge, rebase or cherry-pick is under way: git knows none of {', '.join(HEADS)}")


def read_lock(revision: str) -> dict[str, Any]:
    """dvc.lock at a commit."""
    from dvc.utils.serialize import parse_yaml

    lock: dict[str, Any] = parse_yaml(git("show", f"{revision}:{LOCK}"), LOCK)
    return lock


def write_lock(lock: dict[str, Any]) -> None:
    """As DVC writes it."""
    from dvc.utils.serialize import dump_yaml

    dump_yaml(LOCK, lock)


def read_stages() -> list[Stage]:
    """The stages of the merged dvc.yaml, with what the workspace has of their deps."""
    from dvc.repo import Repo

    with Repo() as repo, repo.lock:
        stages = [stage for stage in repo.index.stages if stage.is_data_source is False]
        made = {out.def_path for stage in stages for out in stage.outs}
        return [read_stage(stage, made) for stage in stages]


def read_stage(stage: Any, made: set[str]) -> Stage:
    """What DVC says of a stage; a dep that is another's out is left to the merge."""
    from dvc.dependency import ParamsDependency

    params = [dep for dep in stage.deps if isinstance(dep, ParamsDependency)]
    files = [dep for dep in stage.deps if not isinstance(dep, ParamsDependency)]
    return Stage(
        name=stage.name,
        cmd=stage.cmd,
        deps={dep.def_path: None if dep.def_path in made else hash_dep(dep) for dep in files},
        params={dep.def_path: dict(dep.read_params()) for dep in params},
        outs=frozenset(out.def_path for out in stage.outs),
    )


def hash_dep(dep: Any) -> str:
    """The MD5 of a dep as it lies there; empty, which no record has, where it is missing."""
    return str(dep.get_hash().value) if dep.exists else ""


def restore(path: str, revision: str) -> None:
    """Bring a file or folder below metrics/, which git keeps, as it is at a commit, in conflict or not."""
    if not path.startswith(METRICS):
        return
    git("rm", "-rqf", "--ignore-unmatch", "--", path)
    if git("ls-tree", "--name-only", revision, "--", path):
        git("restore", f"--source={revision}", "--staged", "--worktree", "--", path)


def check_out(choices: list[Choice]) -> list[str]:
    """Bring the data of the stages that need not run; return what to say where the cache lacks some."""
    names = [choice.stage.name for choice in choices if choice.side and not choice.open]
    command = ["dvc", "checkout", "--quiet", *names]
    if not names or subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return []
    return [f"Not all of their data is in the cache (`dvc checkout` failed): `dvc pull {' '.join(names)}` brings it."]


def git(*words: str, check: bool = True) -> str:
    """What git prints. Raises MergeError."""
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise MergeError(f"git {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")


if __name__ == "__main__":
    main()
