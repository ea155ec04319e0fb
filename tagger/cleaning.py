"""Makes clean questions out of raw ones: one at a time for the service, a month at a time for the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tagger.errors import DataError
from tagger.html import collapse, split_html
from tagger.storable import repair_text
from tagger.text import CleanParams, normalize, tokenize_code, tokenize_prose

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class Cleaned(NamedTuple):
    """The texts of one question, named as the columns of the clean table."""

    title: str
    text: str
    code: str
    title_tokens: str
    text_tokens: str
    code_tokens: str


class Texts(NamedTuple):
    """The texts of one question without their tokens."""

    title: str
    text: str
    code: str


def read_texts(title: str, body: str) -> Texts:
    """The texts of a title (plain text) and a body (HTML or plain text); the code keeps its characters."""
    document = split_html(repair_text(body))
    return Texts(collapse(normalize(repair_text(title))), collapse(normalize(document.text)), document.code)


def clean_question(title: str, body: str, params: CleanParams) -> Cleaned:
    """Clean a title and a body, see `read_texts`."""
    return clean_texts(read_texts(title, body), params)


def clean_texts(texts: Texts, params: CleanParams) -> Cleaned:
    """Add the tokens of texts."""
    tokens = tokenize_prose(texts.title, params), tokenize_prose(texts.text, params), tokenize_code(texts.code)
    return Cleaned(*texts, *tokens)


def clean_month(raw: pd.DataFrame, first: np.ndarray, params: CleanParams) -> tuple[pa.Table, dict[str, int]]:
    """Clean the rows of a raw table; return a clean table and what became of the rows.

    `first` is True where a row's id occurs for the first time. Raises DataError where a column is missing.
    """
    import pandas as pd

    from tagger.tables import CLEAN, RAW, make_table

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
    import pandas as pd

    together = pd.Series(np.concatenate([*ids, np.empty(0, np.int64)]))
    first = ~together.duplicated().to_numpy()
    return np.split(first, np.cumsum([len(month) for month in ids])[:-1])
