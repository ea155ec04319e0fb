"""Deal the questions out to roles and folds as the strategy says, and choose the tags: `python -m stages.split`."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.corrections import CLEAN, TEXTS, read_corrections, read_texts
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

OUT = Path("data/split")
NEAR = ["title_tokens", "text_tokens"]


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
    folds = deal_folds(trained.assign(group=find_groups(trained, split, strategy)), strategy, split)
    check_folds(folds, Limits(split.max_folds, split.min_questions), f"strategy {params['strategy']}")
    corrections, known = read_corrections([*plan.learned, *plan.followed], trained["question_id"])
    tags = choose_tags(trained["tags"], labels, corrections["tags"])
    if len(corrections):
        rows = pd.concat([rows, assign_training(corrections)], ignore_index=True)
        trained = pd.concat([trained, corrections], ignore_index=True)
        folds = teach_folds(folds, trained, len(corrections), split)
    table = pd.concat([rows, tabulate_folds(trained, folds)], ignore_index=True)
    write_table(OUT / "rows.parquet", pa.Table.from_pandas(table, preserve_index=False))
    write_table(OUT / "tags.parquet", pa.Table.from_pandas(tags, preserve_index=False))
    write_json(OUT / "plan.json", plan.as_dict())
    return describe(rows, folds, plan, len(tags)) + describe_corrections(len(corrections), known)


def keep_rooms(rows: pd.DataFrame, rooms: Rooms) -> pd.DataFrame:
    """The final fold: without the test month where that is sealed, all of it training where nothing is kept apart."""
    rows = rows.assign(fold=np.int32(FINAL), parent=np.int32(FINAL))
    if rooms.test:
        return rows
    if rooms.sealed:
        return rows[rows["role"] != "test"]
    return rows.assign(role="train")


def find_groups(questions: pd.DataFrame, split: SplitParams, strategy: StrategyParams) -> np.ndarray:
    """Near-duplicates where folds are dealt by them, else each question alone."""
    if split.fold_by != "duplicates" or strategy.scheme in {"train_test", "train_val_test"}:
        return np.arange(len(questions))
    texts = read_texts(sorted(questions["month"].unique()), NEAR).loc[questions["question_id"]]
    return group_duplicates(texts.tolist(), split.similarity)


def teach_folds(folds: list[Fold], questions: pd.DataFrame, last: int, split: SplitParams) -> list[Fold]:
    """The folds learn from the `last` questions, too, but where one reads as a question does that they score."""
    if not folds:
        return folds
    near = split.fold_by == "duplicates"
    texts = read_texts(sorted(questions["month"].unique()), NEAR if near else TEXTS).loc[questions["question_id"]]
    alike = group_duplicates(texts.tolist(), split.similarity) if near else pd.factorize(texts)[0]
    return [fold.teach(np.arange(len(questions))[-last:], alike) for fold in folds]


def assign_training(corrections: pd.DataFrame) -> pd.DataFrame:
    """Corrections in the final fold: all are learned from."""
    return corrections[["question_id", "month"]].assign(role="train", fold=np.int32(FINAL), parent=np.int32(FINAL))


def describe(rows: pd.DataFrame, folds: list[Fold], plan: Plan, tags: int) -> str:
    """The counts in words."""
    sizes = rows["role"].value_counts()
    counts = ", ".join(f"{sizes.get(role, 0):,} {role}" for role in ROLES)
    dealt = f"{len(folds)} folds; " if folds else ""
    return f"{counts}; {dealt}{len(plan.followed)} months followed; {tags:,} tags"


def describe_corrections(learned: int, known: int) -> str:
    """How many are among the training questions, and how many ask what is held out."""
    passed = f" ({known:,} more ask what a held-out question asks, and are passed over)" if known else ""
    return f"; {learned:,} of the training questions are corrections{passed}" if learned or known else ""


if __name__ == "__main__":
    run("split", main)
