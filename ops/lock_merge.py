"""Merge two dvc.lock stage by stage: an entry is the record of a run that was, so it is kept whole or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

Entry = Mapping[str, Any]
SIDES = ("ours", "theirs")


@dataclass(frozen=True)
class Stage:
    """A stage of the merged workspace: `deps` and `params` are path and key to what is there now, where no stage
    makes it."""

    name: str
    cmd: str
    deps: Mapping[str, str | None]
    params: Mapping[str, Mapping[str, Any]]
    outs: frozenset[str]


@dataclass(frozen=True)
class Choice:
    """The side whose entry holds, None if none does; `open` if that hangs on a stage that must run first."""

    stage: Stage
    side: str | None
    entry: Entry
    open: bool


def merge_locks(stages: list[Stage], ours: Mapping[str, Entry], theirs: Mapping[str, Entry]) -> list[Choice]:
    """Choose a side for each stage, in the order in which they run."""
    made: dict[str, str | None] = {path: None for stage in stages for path in stage.outs}
    choices = []
    for stage in sort_stages(stages):
        choice = choose(stage, {"ours": ours, "theirs": theirs}, made)
        made |= {out["path"]: out["md5"] for out in choice.entry.get("outs", []) if not choice.open}
        choices.append(choice)
    return choices


def sort_stages(stages: list[Stage]) -> list[Stage]:
    """Each stage after those that make its deps."""
    by_name = {stage.name: stage for stage in stages}
    makers = {path: stage.name for stage in stages for path in stage.outs}
    before = {stage.name: {makers[path] for path in stage.deps if path in makers} for stage in stages}
    return [by_name[name] for name in TopologicalSorter(before).static_order()]


def choose(stage: Stage, locks: Mapping[str, Mapping[str, Entry]], made: Mapping[str, str | None]) -> Choice:
    """The first side whose entry is of the command, params, deps and outs that the workspace has."""
    deps = {path: made.get(path, md5) for path, md5 in stage.deps.items()}
    for side in SIDES:
        entry = locks[side].get(stage.name)
        if entry is not None and holds(stage, deps, entry):
            return Choice(stage, side, entry, open=any(made.get(path, "") is None for path in deps))
    # Only the command: the entry keeps its place in the file, and DVC runs a stage of which it knows no dep.
    return Choice(stage, None, {"cmd": stage.cmd}, open=False)


def holds(stage: Stage, deps: Mapping[str, str | None], entry: Entry) -> bool:
    """Whether nothing that is known speaks against an entry; a dep of None is not known yet."""
    recorded = {dep["path"]: dep.get("md5") for dep in entry.get("deps", [])}
    return (
        entry["cmd"] == stage.cmd
        and recorded.keys() == deps.keys()
        and all(md5 is None or recorded[path] == md5 for path, md5 in deps.items())
        and entry.get("params", {}) == stage.params
        and {out["path"] for out in entry.get("outs", [])} == stage.outs
    )


def order_names(choices: list[Choice], ours: Mapping[str, Entry]) -> list[str]:
    """The stages as ours has them, so that the diff is small, then the others."""
    names = [choice.stage.name for choice in choices]
    return [*(name for name in ours if name in names), *(name for name in names if name not in ours)]


def describe(choices: list[Choice]) -> Iterator[str]:
    """Which side each stage is taken from, and which will run."""
    for side, word in (*zip(SIDES, SIDES, strict=True), (None, "to be run")):
        names = [choice.stage.name for choice in choices if choice.side == side and not choice.open]
        if names:
            yield f"{word}: {', '.join(names)}"
    names = [choice.stage.name for choice in choices if choice.open]
    if names:
        yield f"to be run where those before come out otherwise: {', '.join(names)}"
