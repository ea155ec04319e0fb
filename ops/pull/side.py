"""One side of a pull request: what git keeps of a revision, and what of it DVC has here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pandas as pd
import yaml

from ops.revisions import RevisionError, Source, read_cost, read_if_there

LOCK, PARAMS, PLAN = "dvc.lock", "params.yaml", "data/split/plan.json"
# Tables by name, with the columns that are read; one of an older pipeline that lacks some is as good as none.
TABLES = {
    "months": ("metrics/plots/drift/months.csv", ("month", "verdict", "f1_micro", "f1_low", "f1_high")),
    "curve": ("metrics/plots/test/thresholds.csv", ("recall", "precision")),
    "tags": ("metrics/plots/test/tags.csv", ("tag", "trained", "true", "suggested", "hits")),
}


@dataclass(frozen=True)
class Side:
    """What is known of a revision; what it did not leave, or cannot be had here, is empty.

    `params` by dotted names, `lock` the stages of dvc.lock, `test`, `data` and `drift` the files of metrics/,
    `alarms` the records of the months that are not ok, `plan` the months by role, `tables` those of TABLES.
    """

    source: Source
    params: dict[str, Any]
    lock: dict[str, Any]
    test: dict[str, Any]
    data: dict[str, Any]
    drift: dict[str, Any]
    alarms: list[dict[str, Any]]
    plan: dict[str, list[str]]
    tables: dict[str, pd.DataFrame]
    cost: dict[str, Any]


def read_side(source: Source) -> Side:
    """Read a revision. Raises RevisionError where a file of it is broken."""
    tables = {name: read_csv(source, *known) for name, known in TABLES.items()}
    return Side(
        source=source,
        params=flatten(read_yaml(source, PARAMS)),
        lock=read_yaml(source, LOCK).get("stages") or {},
        test=read_json(source, "metrics/test.json") or {},
        data=read_json(source, "metrics/data.json") or {},
        drift=read_json(source, "metrics/drift.json") or {},
        alarms=read_alarms(source, tables["months"]),
        plan=read_json(source, PLAN) or {},
        tables=tables,
        cost=read_cost(source),
    )


def read_alarms(source: Source, months: pd.DataFrame) -> list[dict[str, Any]]:
    """The records of the months that have news, as drift writes them."""
    if not len(months):
        return []
    alarmed = months.loc[months["verdict"] != "ok", "month"]
    records = (read_json(source, f"metrics/drift/{month}.json") for month in alarmed)
    return [record[0] for record in records if record]


def read_yaml(source: Source, path: str) -> dict[str, Any]:
    """A mapping; empty where the revision has no such file. Raises RevisionError."""
    try:
        found = yaml.safe_load(read_if_there(source, path) or b"{}")
    except yaml.YAMLError as error:
        raise broken(source, path, error) from error
    if not isinstance(found, dict):
        raise broken(source, path, "not a mapping")
    return found


def read_json(source: Source, path: str) -> Any:
    """What a JSON file holds; None where the revision has none. Raises RevisionError."""
    try:
        return json.loads(read_if_there(source, path) or b"null")
    except ValueError as error:
        raise broken(source, path, error) from error


def read_csv(source: Source, path: str, columns: Sequence[str]) -> pd.DataFrame:
    """A table; empty where the revision has none. A tag may be called `null`. Raises RevisionError."""
    content = read_if_there(source, path)
    if not content:
        return pd.DataFrame()
    try:
        table = pd.read_csv(BytesIO(content), converters={"tag": str, "month": str})
    except ValueError as error:
        raise broken(source, path, error) from error
    return table if set(columns) <= set(table) else pd.DataFrame()


def broken(source: Source, path: str, why: object) -> RevisionError:
    """The error of a file that cannot be read, such as one with the marks of a merge in it."""
    reason = " ".join(str(why).split())
    return RevisionError(f"{path} of {source.name} cannot be read ({reason}): mend it or make it with `dvc repro`")


def flatten(values: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Values by dotted names; lists and empty sections are values."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        nested = isinstance(value, dict) and value
        flat |= flatten(value, f"{before}{name}.") if nested else {f"{before}{name}": value}
    return flat
