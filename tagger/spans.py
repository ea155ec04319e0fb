"""Keeps downloaded questions by the span of time that they fill, so that no later run asks for that time again."""

import gzip
import json
import re
import zlib
from bisect import bisect_right, insort
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from tagger.io import replacing


@dataclass(frozen=True)
class Span:
    """All questions created from second `start` to before `end`, in epoch seconds, as the API's objects."""

    start: int
    end: int
    items: list[dict[str, Any]]


class SpanCache:
    """A folder with one file per span. Spans may overlap; a file that cannot be read counts as missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = [re.fullmatch(r"(\d+)-(\d+)\.json\.gz", path.name) for path in folder.glob("*.json.gz")]
        self.known = sorted((int(name[1]), int(name[2])) for name in names if name)

    def find(self, second: int) -> Span | None:
        """A span that holds `second`."""
        while place := bisect_right(self.known, (second, inf)):
            start, end = self.known[place - 1]
            if end <= second:
                return None
            try:
                return Span(start, end, json.loads(gzip.decompress(self.locate(start, end).read_bytes())))
            except (OSError, EOFError, ValueError, zlib.error):  # BadGzipFile is an OSError
                del self.known[place - 1]
        return None

    def keep(self, span: Span) -> Span:
        """Write a span, and give it back."""
        content = json.dumps(span.items).encode()  # ASCII: a lone surrogate stays an escape
        with replacing(self.locate(span.start, span.end)) as temporary:
            temporary.write_bytes(gzip.compress(content, mtime=0))
        insort(self.known, (span.start, span.end))
        return span

    def locate(self, start: int, end: int) -> Path:
        return self.folder / f"{start}-{end}.json.gz"
