"""Streams the rows of a CSV file, gzipped or not; what can be wrong with it ends in one line that says what to do."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tagger.errors import SourceError

GZIP_MAGIC = b"\x1f\x8b"
LONGEST_CELL = 1 << 24  # characters: the csv module's own limit is shorter than some posts
REST = "(beyond the header)"  # column of the cells that a row has too many


class CsvRows:
    """Rows as cells by column. `header` is there from the start, `line` is where the latest row ended."""

    def __init__(self, path: Path, file: IO[str], delimiter: str) -> None:
        csv.field_size_limit(LONGEST_CELL)
        self.path = path
        self.reader = csv.DictReader(file, delimiter=delimiter, restkey=REST, strict=True)
        with self.explaining():
            self.header = list(self.reader.fieldnames or [])

    @property
    def line(self) -> int:
        return self.reader.line_num

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Raises SourceError."""
        with self.explaining():
            for row in self.reader:
                if REST in row or row[self.header[-1]] is None:
                    raise SourceError(
                        f"{self.path}: the row that ends in line {self.line} has not the {len(self.header)} cells of"
                        " the header; get the file again if it is cut off, or look at sources.csv.delimiter"
                    )
                yield row

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turn what goes wrong between file and rows into SourceError."""
        try:
            yield
        except UnicodeDecodeError as error:
            raise SourceError(
                f"{self.path} is not {error.encoding} after line {self.line} ({error.reason}):"
                " set sources.csv.encoding, or export the file as CSV"
            ) from error
        except csv.Error as error:
            raise SourceError(
                f"{self.path} is not CSV after line {self.line} ({error}):"
                " get the file again if it is cut off, or look at sources.csv.delimiter"
            ) from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise SourceError(
                f"{self.path} is cut off or damaged after line {self.line} ({error}): get the file again"
            ) from error


@contextmanager
def open_rows(path: Path, delimiter: str, encoding: str) -> Iterator[CsvRows]:
    """Open a CSV file by its content, not by its name. Raises SourceError."""
    with path.open("rb") as file:
        zipped = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    opener = gzip.open if zipped else open
    with opener(path, "rt", encoding=encoding, newline="") as text:  # the csv module wants line ends untouched
        yield CsvRows(path, text, delimiter)
