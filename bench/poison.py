"""What wrong corrections do to the model of the sample: `python -m bench.poison`, after `dvc repro`, prints a table."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from bench.build import read_params
from bench.judge import StageError, open_folder, run_stage
from ops.markdown import draw_table
from tagger.io import read_json, read_months, read_table, write_text
from tagger.votes import name_folder, write_votes

DATA = Path("data")
COUNT, TURN = 600, 7
STAGES = ("feedback", "split", "featurize", "train", "evaluate")
START = pd.Timestamp("2025-01-05", tz="UTC")
FREE = {"min_callers": 1, "most_per_caller": COUNT}
# Callers that share the corrections, and what is set.
CASES: tuple[tuple[int, dict[str, Any]], ...] = (
    (1, {}),
    (1, {"min_callers": 1}),
    (3, {}),
    (20, {"most_per_caller": 5}),
    (20, {}),
    (1, FREE),
    (1, FREE | {"weight": 5.0}),
)


def main() -> None:
    rows = [[str(callers), describe(values), *measure(callers, values)] for callers, values in CASES]
    print(draw_table(("callers", "set", "learned from", "micro-F1"), rows))


def describe(values: dict[str, Any]) -> str:
    """The parameters that are not as in params.yaml."""
    return ", ".join(f"{name} {value:g}" for name, value in values.items()) or "as it is"


def measure(callers: int, values: dict[str, Any]) -> tuple[str, str]:
    """Corrections that are learned from, and micro-F1 of the test month. Raises StageError."""
    with TemporaryDirectory(prefix="poison-") as scratch:
        folder, params = Path(scratch, "here"), read_params()
        params["feedback"] |= {"enabled": True} | values
        open_folder(folder, DATA / "clean", params)
        write_text(folder / "metrics/data.json", "{}")
        write_votes(name_folder(folder / params["feedback"]["path"]), pd.DataFrame(cast_votes(callers)))
        for stage in STAGES:
            done = run_stage(stage, folder)
            if done.returncode:
                raise StageError(done.stderr)
        learned = len(read_table(folder / "data/corrections.parquet", ["question_id"]))
        return str(learned), f"{read_json(folder / 'metrics/test.json')['f1_micro']:.3f}"


def cast_votes(callers: int) -> Iterator[dict[str, Any]]:
    """Questions of the training months asked again, their tags turned into others."""
    tags = read_table(DATA / "split/tags.parquet")["tag"].tolist()
    turn = dict(zip(tags, np.roll(tags, TURN), strict=True))
    months = read_json(DATA / "split/plan.json")["train"]
    raw = read_months(DATA / "raw", months, ["title", "body", "tags"]).sample(COUNT, random_state=0)
    for number, question in enumerate(raw.itertuples()):
        moment = START + pd.Timedelta(minutes=number)
        yield {
            "caller": f"caller {number % callers}",
            "prediction_id": str(number),
            "asked": moment,
            "corrected": moment,
            "title": f"{question.title} again {number}",
            "body": question.body,
            "suggested": [],
            "tags": [turn.get(tag, tag) for tag in question.tags],
            "rating": None,
            "model": "none",
        }


if __name__ == "__main__":
    main()
