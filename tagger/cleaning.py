"""Makes clean questions out of raw ones: one at a time for the service, a month at a time for the pipeline."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from tagger.errors import DataError
from tagger.html import collapse, split_html
from tagger.tables import CLEAN, RAW, make_table, repair_text
from tagger.text import CleanParams, normalize, tokenize_code, tokenize_prose


class Cleaned(NamedTuple):
    """The texts of one question, named as the columns of the clean table."""

    title: str
    text: str
    code: str
    title_tokens: str
    text_tokens: str
    code_tokens: str


def clean_question(title: str, body: str, params: CleanParams) -> Cleaned:
    """Clean a title (plain text) and a body (HTML or plain text); the code keeps its characters."""
    document = split_html(repair_text(body))
    title = collapse(normalize(repair_text(title)))
    text = collapse(normalize(document.text))
    return Cleaned(
        title,
        text,
        document.code,
        tokenize_prose(title, params),
        tokenize_prose(text, params),
        tokenize_code(document.code),
    )


def clean_month(raw: pd.DataFrame, first: np.ndarray, params: CleanParams) -> tuple[pa.Table, dict[str, int]]:
    """Clean the rows of a raw table; return a clean table and what became of the rows.

    `first` is True where a row's id occurs for the first time. Raises DataError where a column is missing.
    """
    missing = [name for name in RAW.names if name not in raw]
    if missing:
        raise DataError(f"the raw table lacks {', '.join(missing)}: run `dvc repro --force fetch`")
    tags = [clean_tags(names) for names in raw["tags"]]
    tagged = np.array([bool(names) for names in tags], dtype=bool)
    kept = raw.assign(tags=tags)[first & tagged]
    questions = zip(kept["title"].fillna(""), kept["body"].fillna(""), strict=True)
    texts = [clean_question(title, body, params) for title, body in questions]
    clean = pd.DataFrame(texts, columns=list(Cleaned._fields), index=kept.index)
    clean = kept[["question_id", "created", "tags", "weight"]].join(clean)
    notes = {
        "rows_in": len(raw),
        "duplicate_ids": int((~first).sum()),
        "without_tags": int((first & ~tagged).sum()),
        "rows": len(kept),
    }
    return make_table(clean, CLEAN), notes


def clean_tags(names: Sequence[str] | None) -> list[str]:
    """Tags stripped and in lower case, each once, in their order."""
    stripped = (name.strip().lower() for name in (() if names is None else names) if name)
    return list(dict.fromkeys(name for name in stripped if name))


def find_first(ids: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For the ids of each month, whether each occurs for the first time; the earlier month wins."""
    together = pd.Series(np.concatenate([*ids, np.empty(0, np.int64)]))
    first = ~together.duplicated().to_numpy()
    return np.split(first, np.cumsum([len(month) for month in ids])[:-1])
