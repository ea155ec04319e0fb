"""What differs between two sides: parameters, stages by dvc.lock, months of questions; and what was not run again."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ops.pull.side import PARAMS, Side, flatten

# Beside a value that may itself be null.
ABSENT = object()


@dataclass(frozen=True)
class StageChange:
    """What dvc.lock has changed of a stage: its outs, and what it was made from."""

    stage: str
    outs: list[str]
    code: list[str]
    data: list[str]
    params: list[str]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def differs(base: Side, head: Side) -> bool:
    """Whether anything at all does: parameters, metrics, data, or what dvc.lock records."""
    if any(
        getattr(base, name) != getattr(head, name) for name in ("params", "lock", "test", "data", "drift", "alarms")
    ):
        return True
    return any(not base.tables[name].equals(head.tables[name]) for name in base.tables)


def diff(base: Mapping[str, Any], head: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Old and new of each name whose value differs, in the order of the names; ABSENT where a side has none."""
    pairs = {name: (base.get(name, ABSENT), head.get(name, ABSENT)) for name in sorted({*base, *head})}
    return {name: pair for name, pair in pairs.items() if not same(*pair)}


def same(old: Any, new: Any) -> bool:
    """Equal and of one kind: 1 and true are not the same."""
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def diff_stages(base: Side, head: Side) -> list[StageChange]:
    """The stages whose record in dvc.lock differs, in the order of the pipeline."""
    changes = (diff_stage(name, base.lock.get(name, {}), head.lock.get(name, {})) for name in list_stages(base, head))
    return [change for change in changes if change.outs or change.code or change.data or change.params]


def list_stages(base: Side, head: Side) -> list[str]:
    """Those of head in its order, then those that only base has."""
    return [*head.lock, *(name for name in base.lock if name not in head.lock)]


def diff_stage(name: str, base: Mapping[str, Any], head: Mapping[str, Any]) -> StageChange:
    """One stage of dvc.lock."""
    deps, outs = (list(diff(digest(base, kind), digest(head, kind))) for kind in ("deps", "outs"))
    params = list(diff(flatten(read_params(base)), flatten(read_params(head))))
    code = [path for path in deps if path.endswith(".py")]
    return StageChange(name, outs, code, [path for path in deps if path not in code], params)


def digest(stage: Mapping[str, Any], kind: str) -> dict[str, str | None]:
    """The digests of a stage's deps or outs."""
    return {entry["path"]: entry.get("md5") for entry in stage.get(kind) or []}


def read_params(stage: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a stage was last run with."""
    return (stage.get("params") or {}).get(PARAMS) or {}


def find_readers(base: Side, head: Side) -> dict[str, list[str]]:
    """The stages that read each parameter on either side, by dvc.lock."""
    readers: dict[str, list[str]] = {}
    for stage in list_stages(base, head):
        ran = [flatten(read_params(side.lock.get(stage, {}))) for side in (base, head)]
        for name in {**ran[0], **ran[1]}:
            readers.setdefault(name, []).append(stage)
    return readers


def find_out(side: Side, path: str) -> str | None:
    """The digest that dvc.lock has of a path that some stage writes."""
    return next((found for stage in side.lock.values() if (found := digest(stage, "outs").get(path))), None)


def find_stale(side: Side) -> Iterator[tuple[str, list[str]]]:
    """Stages that did not run with the parameters that stand in params.yaml, and which those are."""
    for name, stage in side.lock.items():
        ran = flatten(read_params(stage))
        changed = [param for param, value in ran.items() if not same(side.params.get(param, ABSENT), value)]
        if changed:
            yield name, changed


def diff_months(base: Side, head: Side) -> dict[str, list[str]]:
    """The months of questions that only one side has, and those with another number of them."""
    one, other = ({row["month"]: row["questions"] for row in side.data.get("months", [])} for side in (base, head))
    return {
        "only in base": sorted({*one} - {*other}),
        "only in head": sorted({*other} - {*one}),
        "other number of questions": sorted(month for month in {*one} & {*other} if one[month] != other[month]),
    }
