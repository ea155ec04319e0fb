"""Reads questions from a Stack Exchange data dump: Posts.xml, alone or in a 7z, as a stream in bounded memory."""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from tagger.archive import CHUNK, DamagedError, is_archive, stream_member
from tagger.errors import SourceError
from tagger.params import Section
from tagger.sources.base import Request, check_file, make_batches, split_tags

QUESTION = "1"
REQUIRED = {"Id", "PostTypeId", "CreationDate", "Body"}  # what is null, such as a ViewCount, is left out of a row
# Real dumps hold references to characters that XML does not allow; &#x0E; in apple.stackexchange.com's of 2024.
FORBIDDEN = re.compile(
    rb"&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[efEF])"
    rb"|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)
REFERENCE_BYTES = 9  # a reference may be cut by the end of a chunk


class Params(Section):
    """Section `sources.dump`."""

    site: str = Field(min_length=1)


def read(params: Params, request: Request) -> Iterator[pa.Table]:
    """Yield the questions (PostTypeId 1) of the months. Raises SourceError.

    Format: https://meta.stackexchange.com/questions/2677. Dates are UTC; titles come unescaped, bodies are HTML.
    """
    check_file(request.path, "a Posts.xml or Posts.7z of a dump")
    return make_batches(read_questions(request, params.site))


def read_questions(request: Request, site: str) -> Iterator[dict[str, Any]]:
    """The questions of the months, one by one."""
    for row in parse_rows(request.path):
        try:
            check_row(row)
            created = datetime.fromisoformat(row["CreationDate"]).replace(tzinfo=UTC, microsecond=0)
            if request.covers(created):
                yield make_question(row, created, site)
        except (ValueError, OverflowError) as error:
            raise SourceError(
                f"{request.path}: the row with Id {row.get('Id', '(none)')} cannot be read ({error}):"
                " mend it, or download the dump again"
            ) from error


def check_row(row: Mapping[str, str]) -> None:
    """Raises ValueError where an attribute is missing that cannot be null."""
    if not row.keys() >= REQUIRED:
        raise ValueError(f"it has no {', '.join(sorted(REQUIRED - row.keys()))}")


def make_question(row: Mapping[str, str], created: datetime, site: str) -> dict[str, Any]:
    """A row of Posts.xml as a row of `tables.RAW`. Raises ValueError and OverflowError."""
    return {
        "question_id": np.int64(row["Id"]),
        "title": row.get("Title", ""),
        "body": row["Body"],
        "tags": split_tags(row.get("Tags", "")),
        "weight": 1.0,
        "created": created,
        "score": np.int32(row.get("Score", 0)),
        "view_count": np.int32(row.get("ViewCount", 0)),
        "answer_count": np.int32(row.get("AnswerCount", 0)),
        "site": site,
    }


class Posts:
    """What lxml calls at every element: counts the rows and keeps the questions until they are taken.

    No tree is built, so nothing has to be cleared, and iterparse takes half as long again.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.root, self.seen = path, "", 0
        self.questions: list[Mapping[str, str]] = []

    def doctype(self, *_: str | None) -> None:
        """Refuse entities before one is declared: `huge_tree` lifts libxml2's limit on their expansion."""
        raise SourceError(f"{self.path} has a DOCTYPE, which no dump has: get it again from where you trust it")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not self.root and tag != "posts":
            raise SourceError(f"{self.path} holds <{tag}>, not <posts>: set fetch.path to the dump's Posts.xml")
        self.root = self.root or tag
        if tag == "row":
            self.seen += 1
            if attributes.get("PostTypeId", QUESTION) == QUESTION:
                self.questions.append(attributes)

    def end(self, tag: str) -> None: ...

    def close(self) -> None: ...

    def take(self) -> list[Mapping[str, str]]:
        """The questions since the last call."""
        taken, self.questions = self.questions, []
        return taken


def parse_rows(path: Path) -> Iterator[Mapping[str, str]]:
    """The attributes of every question, and of rows that do not say what they are. Raises SourceError."""
    from lxml.etree import XMLParser, XMLSyntaxError

    posts = Posts(path)
    # Without resolve_entities a target is given "&#38;" for "&amp;"; others than XML's own five need a DOCTYPE.
    parser = XMLParser(target=posts, huge_tree=True, resolve_entities="internal", no_network=True)
    try:
        with closing(drop_forbidden(read_chunks(path))) as chunks:
            for chunk in chunks:
                parser.feed(chunk)
                yield from posts.take()
        parser.close()
    except (XMLSyntaxError, DamagedError) as error:
        strange = isinstance(error, XMLSyntaxError) and not posts.root
        problem = "holds no XML" if strange else f"is cut off or damaged after {posts.seen:,} rows"
        remedy = "download it again, or set fetch.path to a Posts.xml or Posts.7z"
        raise SourceError(f"{path} {problem} ({error.args[0]}): {remedy}") from error


def read_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of Posts.xml. Raises DamagedError and SourceError."""
    if is_archive(path):
        yield from stream_member(path, "Posts.xml")
        return
    if path.suffix == ".7z":
        raise SourceError(f"{path} is not a 7z archive: download it again")
    with path.open("rb") as file:
        yield from iter(partial(file.read, CHUNK), b"")


def drop_forbidden(chunks: Iterable[bytes]) -> Generator[bytes, None, None]:
    """Take out the references that XML does not allow."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        last = text.rfind(b"&", -REFERENCE_BYTES)
        rest = text[last:] if last >= 0 else b""
        yield FORBIDDEN.sub(b"", text.removesuffix(rest))
    yield rest
