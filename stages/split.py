"""Deal the questions out to training, validation and test, and choose the tags: `python -m stages.split`."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from stages.script import run
from tagger.engine import Engine
from tagger.io import list_months, read_months, write_json, write_table
from tagger.labels import LabelParams, choose_tags
from tagger.params import parse_section
from tagger.splits import ROLES, SplitParams, assign_roles, plan_months

CLEAN = Path("data/clean")
OUT = Path("data/split")


def main(params: dict[str, Any], engine: Engine) -> str:  # noqa: ARG001
    split = parse_section(SplitParams, params.get("split"), "split")
    labels = parse_section(LabelParams, params.get("labels"), "labels")
    plan = plan_months(list_months(CLEAN), split)
    questions = read_months(CLEAN, plan.learned, ["question_id", "created", "tags"])
    rows = assign_roles(questions, plan, split)
    trained = rows.loc[rows["role"] == "train", "question_id"]
    tags = choose_tags(questions.loc[questions["question_id"].isin(trained), "tags"], labels)
    write_table(OUT / "rows.parquet", pa.Table.from_pandas(rows, preserve_index=False))
    write_table(OUT / "tags.parquet", pa.Table.from_pandas(tags, preserve_index=False))
    write_json(OUT / "plan.json", plan.as_dict())
    sizes = rows["role"].value_counts()
    counts = ", ".join(f"{sizes.get(role, 0):,} {role}" for role in ROLES)
    return f"{counts}; {len(plan.followed)} months followed; {len(tags):,} tags"


if __name__ == "__main__":
    run("split", main)
