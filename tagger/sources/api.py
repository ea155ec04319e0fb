"""Reads questions from the Stack Exchange API 2.3, with a cache that every later run goes on from."""

import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from time import time
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import Field, HttpUrl

from tagger.errors import SourceError
from tagger.months import month_start, next_month
from tagger.params import Section
from tagger.sources.base import Request
from tagger.spans import Span, SpanCache
from tagger.tables import RAW, make_table

if TYPE_CHECKING:
    from tagger.stackexchange import StackExchange

PAGE_SIZE = 100  # the most that the API gives
MAX_PAGES = 25  # and the last page that it gives without a key
LAG = 600  # seconds: the API's answers may be a minute old, and two clocks differ
REQUIRED = {"question_id": int, "creation_date": int, "title": str, "body": str, "tags": list}
OPTIONAL = ("score", "view_count", "answer_count")


class Params(Section):
    """Section `sources.api`."""

    site: str = Field(min_length=1)
    base_url: HttpUrl
    filter: str = Field(min_length=1)
    retries: int = Field(ge=0)
    timeout: float = Field(gt=0)
    max_wait: float = Field(ge=0)


def read(params: Params, request: Request) -> Iterator[pa.Table]:
    """Yield the questions of about one request at a time, oldest first (https://api.stackexchange.com/docs/questions).

    Every request continues at the last creation date of the one before. That needs no count of the questions, never
    meets the limit of pages, and loses nothing where questions are deleted between two runs. An open end is the
    present, less `LAG`. Raises SourceError, and QuotaError where a later run has to go on.
    """
    from tagger.stackexchange import StackExchange

    settled = int(time()) - LAG
    second = to_epoch(request.first) if request.first else 0
    end = min(settled, to_epoch(next_month(request.last))) if request.last else settled
    cache = SpanCache(request.cache / "api" / make_digest(params))
    base_url = str(params.base_url).rstrip("/")
    with closing(StackExchange(base_url, request.key, params.retries, params.timeout, params.max_wait)) as api:
        while second < end:
            span = cache.find(second) or cache.keep(ask_span(api, params, second, settled))
            if items := [item for item in span.items if second <= item["creation_date"] < end]:
                yield to_table(items, params.site)
            second = span.end


def to_epoch(month: str) -> int:
    """First second of a month."""
    return int(month_start(month).timestamp())


def make_digest(params: Params) -> str:
    """Name of the cache of what these parameters bring; the key is not among them, nor are the months."""
    parts = [str(params.base_url), params.site, params.filter, *REQUIRED, *OPTIONAL]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def ask_span(api: "StackExchange", params: Params, start: int, settled: int) -> Span:
    """Ask for the questions from second `start` on: to the last second of a full page, at most to `settled`.

    That last second is left to the next span, for the page may have cut it. Only where one second fills the page is
    there a second page.
    """
    query = {"site": params.site, "filter": params.filter, "sort": "creation", "order": "asc", "pagesize": PAGE_SIZE}
    if start:
        query["fromdate"] = start
    items: list[dict[str, Any]] = []
    for page in range(1, MAX_PAGES + 1):
        answer = api.ask("questions", {**query, "page": page})
        check_answer(answer, api.base_url)
        items += [pick_fields(item) for item in answer["items"]]
        end = min(items[-1]["creation_date"], settled) if answer["has_more"] else settled
        if end > start:
            return Span(start, end, [item for item in items if item["creation_date"] < end])
    raise SourceError(
        f"{api.base_url} has more than {MAX_PAGES * PAGE_SIZE:,} questions created in second {start}, more than its"
        " pages show: leave that month out by fetch.from and fetch.to, or set fetch.source to dump"
    )


def check_answer(answer: dict[str, Any], base_url: str) -> None:
    """Raises SourceError where an answer lacks what a filter can leave out."""
    gaps = find_gaps(answer, {"items": list, "has_more": bool})
    gaps = gaps or sorted({gap for item in answer["items"] for gap in find_gaps(item, REQUIRED)})
    if gaps:
        raise SourceError(
            f"{base_url} answers without {', '.join(gaps)}: set sources.api.filter to withbody or to one that includes"
            " them, and look at sources.api.base_url"
        )
    if answer["has_more"] and not answer["items"]:
        raise SourceError(f"{base_url} sends an empty page and says that there is more: run the same command later")


def find_gaps(item: Any, fields: Mapping[str, type]) -> list[str]:
    """The fields that an object lacks, or has with another type."""
    return [name for name, kind in fields.items() if not (isinstance(item, dict) and isinstance(item.get(name), kind))]


def pick_fields(item: dict[str, Any]) -> dict[str, Any]:
    """What the raw table needs of a question; who asked it is not kept."""
    return {name: item[name] for name in REQUIRED} | {name: item.get(name) or 0 for name in OPTIONAL}


def to_table(items: list[dict[str, Any]], site: str) -> pa.Table:
    """The API's question objects as a table of `tables.RAW`. Titles come HTML-escaped, bodies are HTML."""
    columns = {name: [item[name] for item in items] for name in (*REQUIRED, *OPTIONAL)}
    columns["title"] = [html.unescape(title) for title in columns["title"]]
    columns["created"] = columns["creation_date"]
    columns["weight"] = [1.0] * len(items)
    columns["site"] = [site] * len(items)
    return make_table(columns, RAW)
