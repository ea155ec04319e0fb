"""What training anew buys and costs: `python -m ops.walk` walks the followed months in four ways.

Never trained anew, every six months, every month, and where an alarm asks for it. Prints a Markdown table and changes
nothing; it needs the data and the model of the last run of the pipeline.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ops.markdown import draw_table
from stages.following import load_model, read_clean, read_recipe
from stages.script import read_params
from tagger.comparison import draw_questions, sum_rows
from tagger.drift.params import DriftParams
from tagger.drift.walk import Step, walk
from tagger.engine import Engine, count_cores
from tagger.errors import DataError, TaggerError
from tagger.io import read_json
from tagger.params import parse_section
from tagger.splits import Plan

WAYS: dict[str, dict[str, Any]] = {
    "never": {"scheme": "fixed"},
    "every 6 months": {"scheme": "rolling", "every": 6},
    "every month": {"scheme": "rolling", "every": 1},
    "on alarm": {"scheme": "alarm"},
}
HEADER = ("trained anew", "trainings", "seconds", "micro-F1", "gain", "95% interval", "worst month", "alarms")
DRAWS = 1000


@dataclass(frozen=True)
class Walked:
    """The steps of one way; `sums` has a row a question: hits, and suggested and true tags together."""

    steps: Sequence[Step]
    sums: np.ndarray

    @property
    def f1(self) -> float:
        """Micro-F1 over all months and all tags, learned or not."""
        return float(find_f1(self.sums.sum(axis=0)))


def main() -> None:
    try:
        ways = walk_all(read_params(Path("params.yaml")), Engine(count_cores()))
    except TaggerError as error:
        sys.stderr.write(f"walk: {error}\n")
        sys.exit(error.exit_code)
    months = [step.record.month for step in ways["never"].steps]
    print(f"{len(months)} months, {months[0]} to {months[-1]}, {len(ways['never'].sums):,} questions\n")
    print(draw_table(HEADER, (describe(name, way, ways["never"]) for name, way in ways.items())))
    print("\nmicro-F1 over all tags, those not learned count as missed; gain on `never`, questions drawn anew in pairs")


def walk_all(params: dict[str, Any], engine: Engine) -> dict[str, Walked]:
    """Each way. Raises DataError where no month is followed."""
    drift = parse_section(DriftParams, params.get("drift"), "drift")
    plan = Plan(**read_json(Path("data/split/plan.json")))
    months = plan.followed[: drift.months]
    if not months:
        raise DataError("no month is followed: raise split.followed, or fetch more months, then dvc repro")
    model = load_model(plan, drift)
    recipe = read_recipe(params, model.tagger)
    ways = {}
    for name, values in WAYS.items():
        steps = walk(months, plan.learned, model, recipe, read_clean, drift.model_copy(update=values), engine)
        ways[name] = gather(list(engine.watch(steps, len(months), name)))
    return ways


def gather(steps: Sequence[Step]) -> Walked:
    """The steps with what came of each question."""
    answers = [step.view.answers for step in steps]
    hits = [sum_rows(part.Y.multiply(part.suggested)) for part in answers]
    sizes = [sum_rows(part.suggested) + part.true for part in answers]
    return Walked(steps, np.column_stack([np.concatenate(hits), np.concatenate(sizes)]).astype(np.float64))


def find_f1(sums: np.ndarray) -> np.ndarray:
    """Micro-F1 of sums (... x 2)."""
    f1: np.ndarray = 2 * sums[..., 0] / np.maximum(sums[..., 1], 1)
    return f1


def describe(name: str, way: Walked, never: Walked) -> list[str]:
    """One row."""
    records = [step.record for step in way.steps]
    blocks = draw_questions(len(way.sums), DRAWS, max(1, 4_000_000 // len(way.sums)), seed=0)
    gains = np.concatenate([find_f1(counts @ way.sums) - find_f1(counts @ never.sums) for counts in blocks])
    low, high = np.quantile(gains, [0.025, 0.975])
    seconds = [step.seconds for step in way.steps if step.seconds]
    return [
        name,
        str(len(seconds)),
        f"{sum(seconds):.0f}",
        f"{way.f1:.3f}",
        "" if way is never else f"{way.f1 - never.f1:+.3f}",
        "" if way is never else f"{low:+.3f} to {high:+.3f}",
        f"{min(record.f1_all or 0 for record in records):.3f}",
        str(sum(record.verdict != "ok" for record in records)),
    ]


if __name__ == "__main__":
    main()
