"""Number the tokens of the questions that are trained and tested on, month by month: `python -m stages.featurize`."""

from pathlib import Path
from typing import Any

from stages.corrections import find_folder
from stages.script import run
from tagger.engine import Engine
from tagger.features import SPACES, number_spaces, pack_spaces
from tagger.io import read_table, write_arrays

ROWS = Path("data/split/rows.parquet")
OUT = Path("data/features")


def main(params: dict[str, Any], engine: Engine) -> str:  # noqa: ARG001
    months = sorted(read_table(ROWS, ["month"])["month"].unique())
    stored = [featurize_month(month) for month in engine.watch(months, len(months), "months")]
    return f"{sum(stored):,} tokens in {len(months)} months"


def featurize_month(month: str) -> int:
    """Write one month's tokens; return how many there are."""
    tokens = number_spaces(read_table(find_folder(month) / f"{month}.parquet", [f"{space}_tokens" for space in SPACES]))
    write_arrays(OUT / f"{month}.npz", pack_spaces(tokens))
    return sum(len(part.ids) for part in tokens.values())


if __name__ == "__main__":
    run("featurize", main)
