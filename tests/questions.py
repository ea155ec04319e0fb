"""Small clean tables for the tests: questions whose tags can be told from their words."""

import numpy as np
import pandas as pd

from tagger.tables import CLEAN, make_table

WORDS = {
    "c++": ["template", "pointer", "compile"],
    "java": ["jvm", "spring", "class"],
    "python": ["numpy", "list", "indent"],
    "sql": ["join", "select", "table"],
}


def make_questions(count: int, seed: int = 0, month: str = "2024-01") -> pd.DataFrame:
    """Questions of one or two tags each, with two words of each tag, columns of tables.CLEAN and month."""
    rng = np.random.default_rng(seed)
    tags = [sorted(rng.choice(list(WORDS), rng.integers(1, 3), replace=False)) for _ in range(count)]
    words = [[str(word) for tag in row for word in rng.choice(WORDS[tag], 2, replace=False)] for row in tags]
    number = int(month.replace("-", ""))
    texts = [" ".join(["how", *row]) for row in words]
    columns = {
        "question_id": [number * 10_000 + row for row in range(count)],
        "created": [pd.Timestamp(f"{month}-02", tz="UTC")] * count,
        "tags": tags,
        "weight": [1.0] * count,
        "title": texts,
        "text": texts,
        "code": [""] * count,
        "title_tokens": [" ".join(row[:1]) for row in words],
        "text_tokens": texts,
        "code_tokens": [""] * count,
    }
    return make_table(columns, CLEAN).to_pandas().assign(month=month)
