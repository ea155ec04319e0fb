"""All that a report on a pull request says, gathered once, for the page and for machines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ops.comparison import Comparison, compare_revisions
from ops.pull.changes import StageChange, diff, diff_stages, differs, find_out, find_stale
from ops.pull.side import Side, read_side
from ops.pull.verdict import Verdict, judge
from ops.revisions import RevisionError, open_revision
from tagger.errors import TaggerError
from tagger.metrics import METRICS

SPLIT = "data/split"


@dataclass(frozen=True)
class Facts:
    """`comparison` is None where base and head cannot be compared question by question; `metrics` is as its own.

    `params` has old and new by name.
    """

    base: Side
    head: Side
    verdict: Verdict
    comparison: Comparison | None
    metrics: pd.DataFrame
    params: dict[str, tuple[Any, Any]]
    stages: list[StageChange]
    notes: list[str]

    @property
    def sides(self) -> dict[str, Side]:
        return {"base": self.base, "head": self.head}


def gather_facts(base: str, head: str) -> Facts:
    """Read and compare two revisions. Raises RevisionError where one is unknown or nothing differs."""
    one, other = (read_side(open_revision(name)) for name in (base, head))
    if not differs(one, other):
        raise RevisionError(
            f"nothing differs between {base} and {head}: the same parameters, metrics, data and dvc.lock. Where a "
            "change was meant, `dvc repro` and commit params.yaml, dvc.lock and metrics/; else name the commit that "
            "the branch began at, such as --base $(git merge-base main HEAD)"
        )
    comparison, refusal = compare(base, head)
    return Facts(
        base=one,
        head=other,
        verdict=judge(one, other, comparison, refusal),
        comparison=comparison,
        metrics=tabulate_points(one, other) if comparison is None else comparison.metrics,
        params=diff(one.params, other.params),
        stages=diff_stages(one, other),
        notes=[*find_notes(one, other, refusal), *(comparison.notes if comparison else [])],
    )


def compare(base: str, head: str) -> tuple[Comparison | None, str]:
    """The comparison question by question, or why there is none."""
    try:
        return compare_revisions(base, head), ""
    except TaggerError as error:
        return None, str(error)


def tabulate_points(base: Side, head: Side) -> pd.DataFrame:
    """What metrics/test.json has of both, in compare_metrics' columns; without the questions there is no interval."""
    first, second = ([side.test.get(name) for name in METRICS] for side in (base, head))
    table = pd.DataFrame({"metric": list(METRICS), "first": first, "second": second})
    table = table.astype({"first": float, "second": float})
    return table.assign(change=table["second"] - table["first"], low=float("nan"), high=float("nan"), verdict=None)


def find_notes(base: Side, head: Side, refusal: str) -> Iterator[str]:
    """What a reviewer must know before believing the figures."""
    if refusal:
        yield f"Point differences of metrics/test.json alone, no intervals: {refusal}"
        if find_out(base, SPLIT) != find_out(head, SPLIT):
            yield f"{SPLIT} differs by dvc.lock: the figures may be of other questions."
    for name, side in (("base", base), ("head", head)):
        for stage, params in find_stale(side):
            yield (
                f"Warning: stage {stage} of {name} ran before {', '.join(params)} changed in params.yaml: "
                "its figures are of the old values until `dvc repro`."
            )
