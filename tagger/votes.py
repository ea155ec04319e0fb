"""What callers of the service said of its answers, as files: a row a vote, one file for each month."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from tagger.errors import DataError
from tagger.exported import make_exported, read_exported
from tagger.io import write_table

VOTES = pa.schema(
    [
        ("caller", pa.string()),  # a digest, never an address or a name
        ("prediction_id", pa.string()),
        ("asked", pa.timestamp("us", tz="UTC")),
        ("corrected", pa.timestamp("us", tz="UTC")),
        ("title", pa.string()),  # as it was asked, plain
        ("body", pa.string()),  # as it was asked, HTML
        ("suggested", pa.list_(pa.string())),
        ("tags", pa.list_(pa.string())),  # that the caller says are right; null: only a rating
        ("rating", pa.string()),  # up, down; null: only a correction
        ("model", pa.string()),  # version that answered
    ]
)
KEY = ["caller", "prediction_id", "corrected"]


def name_folder(path: Path) -> Path:
    """Where votes lie below `feedback.path`: by this name DVC looks at them only where feedback is enabled."""
    return path / "enabled-true"


def write_votes(folder: Path, votes: pd.DataFrame) -> dict[str, int]:
    """Add votes to `folder`/YYYY-MM.parquet, by the month of the correction; return the new ones of each month.

    A vote that lies there already stays as it is: the service may have dropped its text since.
    """
    months = votes["corrected"].dt.strftime("%Y-%m")
    added: dict[str, int] = {}
    for month, new in votes.groupby(months):
        path = folder / f"{month}.parquet"
        old = [read_file(path)] if path.exists() else []
        both = join([*old, make_votes(new)])
        added[str(month)] = len(both) - sum(map(len, old))
        if added[str(month)]:
            write_table(path, make_votes(both))
    return added


def make_votes(votes: pd.DataFrame) -> pa.Table:
    """A table of VOTES. Raises KeyError for a column that is missing."""
    return make_exported(votes, VOTES)


def read_votes(folder: Path) -> pd.DataFrame:
    """All votes of a folder, in the order of time. Raises DataError, also where there is none."""
    votes = join(read_file(path) for path in sorted(folder.glob("*.parquet")))
    if votes.empty:
        raise DataError(
            f"{folder} holds no vote: `python -m service.export` writes them; until then set feedback.enabled to false"
        )
    return votes


def join(tables: Iterable[pa.Table]) -> pd.DataFrame:
    """The votes of several tables, each once, in the order of time."""
    votes = pa.concat_tables([VOTES.empty_table(), *tables]).to_pandas().drop_duplicates(KEY)
    return votes.sort_values([*reversed(KEY)], kind="stable", ignore_index=True)


def read_file(path: Path) -> pa.Table:
    """The votes of one file. Raises DataError."""
    return read_exported(path, VOTES, "corrected")
