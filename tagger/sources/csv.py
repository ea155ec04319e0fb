"""Reads questions from a CSV file, gzipped or not: a Data Explorer export, or any other whose columns are mapped."""

import codecs
import html
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from textwrap import shorten
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import pyarrow as pa
from pydantic import AfterValidator, Field

from tagger.csv_rows import CsvRows, open_rows
from tagger.errors import SourceError
from tagger.params import Section
from tagger.sources.base import Request, check_file, make_batches, split_tags

COUNTS = ("score", "view_count", "answer_count")
BLANK_BEFORE_ZONE = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")

T = TypeVar("T")
Text = Annotated[str, Field(coerce_numbers_to_str=True)]


def check_encoding(name: str) -> str:
    """Raises ValueError unless Python knows the encoding."""
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError("should be an encoding such as utf-8-sig, latin-1 or utf-16") from None
    return name


class Columns(Section):
    """Section `sources.csv.columns`: the CSV's column for each column of the raw table."""

    question_id: Text | None
    title: Text | None
    body: Text
    tags: Text
    created: Text
    score: Text | None
    view_count: Text | None
    answer_count: Text | None


class Params(Section):
    """Section `sources.csv`."""

    site: str = Field(min_length=1)
    columns: Columns
    where: dict[str, Text] | None
    tag_separator: str | None = Field(min_length=1)
    body_format: Literal["html", "text"]
    date_format: str | None
    delimiter: str = Field(min_length=1, max_length=1)
    encoding: Annotated[str, AfterValidator(check_encoding)]


def read(params: Params, request: Request) -> Iterator[pa.Table]:
    """Yield the rows of the months that `where` lets through. Raises SourceError.

    Dates without a zone are UTC. A column that is null: ids are row numbers, titles empty, counts 0.
    """
    check_file(request.path, "a CSV file (it may be gzipped)")
    return make_batches(read_questions(params, request))


def read_questions(params: Params, request: Request) -> Iterator[dict[str, Any]]:
    """The questions of the months, one by one."""
    with open_rows(request.path, params.delimiter, params.encoding) as rows:
        check_header(params, rows)
        for number, row in enumerate(rows, 1):
            if any(row[column] != value for column, value in (params.where or {}).items()):
                continue
            try:
                created = parse_cell(row, params.columns.created, partial(parse_date, layout=params.date_format))
                if request.covers(created):
                    yield make_question(params, row, number, created)
            except ValueError as error:
                raise SourceError(
                    f"{request.path}: in the row that ends in line {rows.line}, {error};"
                    " mend it, or look at sources.csv.columns and sources.csv.date_format"
                ) from error


def check_header(params: Params, rows: CsvRows) -> None:
    """Raises SourceError where the CSV lacks a column that a parameter names; counts may be missing."""
    named = {f"columns.{name}": column for name, column in params.columns if column and name not in COUNTS}
    named |= {f"where.{column}": column for column in params.where or {}}
    for name, column in named.items():
        if column not in rows.header:
            held = shorten(", ".join(rows.header), 300) or "none"
            remedy = "where to null to take every row" if name.startswith("where.") else f"{name} to one of these"
            raise SourceError(f"{rows.path} has no column {column}, its columns are {held}: set sources.csv.{remedy}")


def make_question(params: Params, row: Mapping[str, str], number: int, created: datetime) -> dict[str, Any]:
    """The `number`th row as a row of `tables.RAW`. Raises ValueError."""
    columns = params.columns
    body = row[columns.body]
    return {
        "question_id": parse_cell(row, columns.question_id, np.int64) if columns.question_id else number,
        "title": row[columns.title] if columns.title else "",
        "body": html.escape(body, quote=False) if params.body_format == "text" else body,
        "tags": parse_tags(row[columns.tags], params.tag_separator),
        "weight": 1.0,
        "created": created,
        "site": params.site,
    } | {name: parse_count(row, getattr(columns, name)) for name in COUNTS}


def parse_cell(row: Mapping[str, str], column: str, parse: Callable[[str], T]) -> T:
    """Parse one cell. Raises ValueError that names it."""
    try:
        return parse(row[column])
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{column} is {shorten(row[column], 60)!r} ({error})") from error


def parse_count(row: Mapping[str, str], column: str | None) -> int:
    """A whole number, which some tools write as "3.0"; 0 where there is none."""
    if column is None or column not in row:
        return 0
    return parse_cell(row, column, lambda cell: int(np.int32(int(float(cell or 0)))))


def parse_date(text: str, layout: str | None) -> datetime:
    """A moment in UTC, to the second. `layout` is strptime's; None is ISO 8601, also with " UTC" or " -0800" behind."""
    if layout:
        moment = datetime.strptime(text, layout)
    else:
        moment = datetime.fromisoformat(BLANK_BEFORE_ZONE.sub("", text.removesuffix(" UTC")))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def parse_tags(text: str, separator: str | None) -> list[str]:
    """Tags as Stack Exchange writes them, else what stands between separators; without one, the whole cell."""
    if text[:1] + text[-1:] in ("<>", "||"):
        return split_tags(text)
    return [tag for part in (text.split(separator) if separator else [text]) if (tag := part.strip())]
