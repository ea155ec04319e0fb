"""Deal the questions out to roles and folds as the strategy says, and choose the tags: `python -m stages.split`."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.script import run
from tagger.duplicates import group_duplicates
from tagger.engine import Engine
from tagger.folds import FINAL, Fold, Limits, check_folds, tabulate_folds
from tagger.io import list_months, read_months, write_json, write_table
from tagger.labels import LabelParams, choose_tags
from tagger.params import parse_section
from tagger.schemes import deal_folds
from tagger.splits import ROLES, Plan, SplitParams, assign_roles, plan_months
from tagger.strategies import ROOMS, Rooms, StrategyParams, choose_strategy

CLEAN = Path("data/clean")
OUT = Path("data/split")
TEXTS = ["title_tokens", "text_tokens"]


def main(params: dict[str, Any], engine: Engine) -> str:  # noqa: ARG001
    split = parse_section(SplitParams, params.get("split"), "split")
    labels = parse_section(LabelParams, params.get("labels"), "labels")
    strategy = choose_strategy(params)
    rooms = ROOMS[strategy.scheme]
    split = split if rooms.validation else split.model_copy(update={"validation": 0})
    plan = plan_months(list_months(CLEAN), split)
    questions = read_months(CLEAN, plan.learned, ["question_id", "created", "tags"])
    rows = keep_rooms(assign_roles(questions, plan, split), rooms)
    trained = questions[questions["question_id"].isin(rows.loc[rows["role"] == "train", "question_id"])]
    trained = trained.sort_values("question_id", ignore_index=True)
    folds = deal_folds(trained.assign(group=find_groups(trained, plan, split, strategy)), strategy, split)
    check_folds(folds, Limits(split.max_folds, split.min_questions), f"strategy {params['strategy']}")
    tags = choose_tags(trained["tags"], labels)
    table = pd.concat([rows, tabulate_folds(trained, folds)], ignore_index=True)
    write_table(OUT / "rows.parquet", pa.Table.from_pandas(table, preserve_index=False))
    write_table(OUT / "tags.parquet", pa.Table.from_pandas(tags, preserve_index=False))
    write_json(OUT / "plan.json", plan.as_dict())
    return describe(rows, folds, plan, len(tags))


def keep_rooms(rows: pd.DataFrame, rooms: Rooms) -> pd.DataFrame:
    """The final fold: without the test month where that is sealed, all of it training where nothing is kept apart."""
    rows = rows.assign(fold=np.int32(FINAL), parent=np.int32(FINAL))
    if rooms.test:
        return rows
    if rooms.sealed:
        return rows[rows["role"] != "test"]
    return rows.assign(role="train")


def find_groups(questions: pd.DataFrame, plan: Plan, split: SplitParams, strategy: StrategyParams) -> np.ndarray:
    """Near-duplicates where folds are dealt by them, else each question alone."""
    if split.fold_by != "duplicates" or strategy.scheme in {"train_test", "train_val_test"}:
        return np.arange(len(questions))
    texts = read_months(CLEAN, plan.learned, ["question_id", *TEXTS]).set_index("question_id")[TEXTS]
    joined = texts.loc[questions["question_id"]].agg(" ".join, axis=1)
    return group_duplicates(joined.tolist(), split.similarity)


def describe(rows: pd.DataFrame, folds: list[Fold], plan: Plan, tags: int) -> str:
    """The counts in words."""
    sizes = rows["role"].value_counts()
    counts = ", ".join(f"{sizes.get(role, 0):,} {role}" for role in ROLES)
    dealt = f"{len(folds)} folds; " if folds else ""
    return f"{counts}; {dealt}{len(plan.followed)} months followed; {tags:,} tags"


if __name__ == "__main__":
    run("split", main)
