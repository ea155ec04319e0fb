"""What every source is asked: which months, from where. A source is a module with `Params` and `read`.

    def read(params: Params, request: Request) -> Iterator[pa.Table]

yields tables of `tables.RAW` in batches of any size and order; questions outside the months may be among them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from tagger.months import Month
from tagger.params import Section


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
    key: str | None = None
