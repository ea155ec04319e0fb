"""What every source is asked: which months, from where. A source is a module with `Params` and `read`.

    def read(params: Params, request: Request) -> Iterator[pa.Table]

yields tables of `tables.RAW` in batches of any size and order; questions outside the months may be among them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
from pydantic import Field, model_validator

from tagger.errors import SourceError
from tagger.months import Month, month_of
from tagger.params import Section
from tagger.tables import RAW, make_table

BATCH_ROWS = 10_000


class FetchParams(Section):
    """Section `fetch`: the source, its path where it has one, and the months, both included."""

    source: str
    path: str
    first: Month | None = Field(alias="from")
    last: Month | None = Field(alias="to")

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Raises ValueError where the window ends before it begins."""
        if self.first and self.last and self.first > self.last:
            raise ValueError(f"should have from <= to, but {self.first} is after {self.last}: swap them")
        return self


@dataclass(frozen=True)
class Request:
    """Months `first` to `last` (None: open), a file to read, a folder for downloads, and the key of an API."""

    first: str | None
    last: str | None
    path: Path
    cache: Path
    key: str | None = field(default=None, repr=False)
    passed: set[str] = field(default_factory=set)

    def covers(self, moment: datetime) -> bool:
        """Whether a moment falls into the months; else its month is noted in `passed`, to be told where none does."""
        month = month_of(moment)
        inside = (self.first or month) <= month <= (self.last or month)
        if not inside:
            self.passed.add(month)
        return inside


def check_file(path: Path, what: str) -> None:
    """Raises SourceError unless there is something to read at `path`; `what` says what belongs there."""
    if path.is_dir():
        raise SourceError(f"{path} is a folder: put {what} there and set fetch.path to the file")
    if not path.exists():
        raise SourceError(f"{path} is not there: set fetch.path to {what}")
    if not path.stat().st_size:
        raise SourceError(f"{path} is empty: get it again, or set fetch.path to {what}")


def split_tags(text: str) -> list[str]:
    """Tags as Stack Exchange's files write them: "<a><b>", since 2024 "|a|b|"."""
    inner = text.strip("<>|").replace("><", "|")
    return inner.split("|") if inner else []


def make_batches(questions: Iterable[dict[str, Any]]) -> Iterator[pa.Table]:
    """Tables of `tables.RAW`, each of up to `BATCH_ROWS` of the questions."""
    source = iter(questions)
    while batch := list(islice(source, BATCH_ROWS)):
        yield make_table({name: [question[name] for question in batch] for name in RAW.names}, RAW)
