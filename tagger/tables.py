"""The tables between the stages: their columns, and how rows become them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from tagger.storable import repair_text

RAW = pa.schema(
    [
        ("question_id", pa.int64()),
        ("title", pa.string()),  # HTML-unescaped
        ("body", pa.string()),  # HTML as the site gives it
        ("tags", pa.list_(pa.string())),
        ("weight", pa.float32()),  # 1, but for feedback
        ("created", pa.timestamp("s", tz="UTC")),
        ("score", pa.int32()),
        ("view_count", pa.int32()),
        ("answer_count", pa.int32()),
        ("site", pa.string()),
    ]
)

CLEAN = pa.schema(
    [
        ("question_id", pa.int64()),
        ("created", pa.timestamp("s", tz="UTC")),
        ("tags", pa.list_(pa.string())),
        ("weight", pa.float32()),
        ("title", pa.string()),
        ("text", pa.string()),  # prose, HTML gone
        ("code", pa.string()),  # code blocks, joined by newlines
        ("title_tokens", pa.string()),  # tokens hold no blank and are joined by one
        ("text_tokens", pa.string()),
        ("code_tokens", pa.string()),
    ]
)


def make_table(columns: Mapping[str, Sequence[Any]] | pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Rows with the columns of `schema`, sorted by question_id (ties keep their order). Lone surrogates become "?"."""
    arrays = [
        pa.array(repair_column(columns[field.name], field.type), field.type, from_pandas=True) for field in schema
    ]
    table = pa.Table.from_arrays(arrays, schema=schema)
    order = pd.Series(table.column("question_id").to_pandas()).argsort(kind="stable")
    return table.take(pa.array(order))


def repair_column(values: Sequence[Any], kind: pa.DataType) -> Sequence[Any]:
    """Make texts encodable as UTF-8: an API can send half of a surrogate pair, which Parquet refuses."""
    if kind == pa.string():
        return [repair_text(value) if isinstance(value, str) else value for value in values]
    if kind == pa.list_(pa.string()):
        return [None if row is None else repair_column(row, pa.string()) for row in values]
    return values
