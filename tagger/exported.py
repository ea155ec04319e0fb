"""Files of what a service kept, as `python -m service.export` writes them: read in full, or refused in one line."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tagger.errors import DataError
from tagger.tables import repair_column

RATINGS = {"up", "down"}
REMEDY = "take the file away, then `python -m service.export` writes it again"


def make_exported(rows: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """A table of the schema. Raises KeyError for a column that is missing."""
    columns = [pa.array(repair_column(rows[field.name], field.type), field.type, from_pandas=True) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def read_exported(path: Path, schema: pa.Schema, time: str) -> pa.Table:
    """The rows of one file, each with a `time`. Raises DataError."""
    try:
        table = pq.read_table(path)
        missing = [name for name in schema.names if name not in table.column_names]
        if missing:
            raise DataError(f"{path} lacks {', '.join(missing)}: {REMEDY}")
        table = table.select(schema.names).cast(schema)
    except (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(f"{path} cannot be read ({' '.join(str(error).split())}): {REMEDY}") from error
    check(path, table, time)
    return table


def check(path: Path, table: pa.Table, time: str) -> None:
    """Raises DataError for what nobody could have said."""
    unknown = sorted(set(table["rating"].drop_null().to_pylist()) - RATINGS)
    if unknown:
        raise DataError(f"{path} holds the rating {unknown[0]!r}, which is neither up nor down: {REMEDY}")
    if undated := table[time].null_count:
        raise DataError(f"{path} holds {undated} rows without a time in `{time}`: {REMEDY}")
