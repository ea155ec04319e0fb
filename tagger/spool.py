"""Sorts a stream of questions into one file per creation month, however large the stream is."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tagger.errors import SourceError
from tagger.io import write_table
from tagger.months import month_range
from tagger.tables import RAW

SCRATCH = ".spool-"


def spool_months(
    batches: Iterable[pa.Table], folder: Path, first: str | None, last: str | None, passed: Iterable[str] = ()
) -> dict[str, int]:
    """Write `folder`/YYYY-MM.parquet for every month from `first` to `last`, empty ones too; return rows per month.

    Where an end is None, the months end with the questions. Memory holds a batch, then one month.
    Raises SourceError where no question falls into the months; it names those that the source has `passed` over.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"{SCRATCH}*"):  # by a run that was killed; a dump's can be large
        rmtree(left)
    with TemporaryDirectory(prefix=SCRATCH, dir=folder.parent) as scratch:
        seen = spool_batches(batches, Path(scratch))
        kept = [month for month in sorted(seen) if (first or month) <= month <= (last or month)]
        if not kept:
            raise SourceError(describe_nothing(sorted(seen.union(passed)), first, last))
        counts = dict.fromkeys(month_range(first or kept[0], last or kept[-1]), 0)
        for month in counts:
            table = read_spooled(Path(scratch) / month)
            counts[month] = table.num_rows
            write_table(folder / f"{month}.parquet", table)
    return counts


def spool_batches(batches: Iterable[pa.Table], scratch: Path) -> set[str]:
    """Append each batch to the unsorted files of its months; return the months."""
    writers: dict[str, pq.ParquetWriter] = {}
    try:
        for batch in batches:
            for month, rows in split_by_month(batch):
                if month not in writers:
                    writers[month] = pq.ParquetWriter(scratch / month, RAW)
                writers[month].write_table(rows)
    finally:
        for writer in writers.values():
            writer.close()
    return set(writers)


def split_by_month(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each creation month."""
    months = pc.strftime(table.column("created"), "%Y-%m")
    for month in pc.unique(months).to_pylist():
        yield month, table.filter(pc.equal(months, month))


def read_spooled(path: Path) -> pa.Table:
    """One month's rows, sorted by id and then by all that could tell two rows with one id apart."""
    table = pq.read_table(path) if path.exists() else RAW.empty_table()
    return table.sort_by(
        [("question_id", "ascending"), ("created", "ascending"), ("title", "ascending"), ("body", "ascending")]
    )


def describe_nothing(seen: list[str], first: str | None, last: str | None) -> str:
    """Why there is no question, and what to do."""
    window = f"no question was created between fetch.from {first or '(open)'} and fetch.to {last or '(open)'}"
    if not seen:
        return f"{window}: widen the window, or look whether fetch.source and its path are right"
    return f"{window}; the source holds {seen[0]} to {seen[-1]}: set fetch.from and fetch.to to months in there"
