"""Source `sample`: made-up questions with the tags, the HTML and the drift of a real site, the same on every machine.

A month depends on the parameters and on nothing else, so a wider window leaves the other months as they were.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from pydantic import Field, field_validator

from tagger.months import month_range, month_start, next_month
from tagger.params import Section
from tagger.sample.drift import BROKEN
from tagger.sample.site import (
    Site,
    build_site,
    draw_scene,
    draw_subjects,
    draw_tags,
    gather_voice,
    rank_tags,
    rename_tag,
)
from tagger.sample.text import Dice, Writer, escape_text
from tagger.sources.base import Request
from tagger.tables import RAW, make_table

FIRST, LAST = "2023-01", "2024-12"  # where the request leaves an end open
SEASON = (1.03, 1.0, 1.06, 1.02, 1.02, 0.98, 0.95, 0.93, 0.99, 1.05, 1.03, 0.94)  # January to December


class Params(Section):
    """Section `sources.sample`. `questions`: in 24 months; `noise`: share of tags that leave no trace in the text."""

    seed: int = Field(0, ge=0)
    questions: int = Field(6000, ge=240, le=1_000_000)
    tags: int = Field(300, ge=100)
    noise: float = Field(0.1, ge=0, le=1)

    @field_validator("tags")
    @classmethod
    def check_tags(cls, tags: int) -> int:
        """Raises ValueError where more tags are asked for than the catalogue has."""
        if tags > len(rank_tags()):
            raise ValueError(f"should be at most {len(rank_tags())}, all the tags there are")
        return tags


def read(params: Params, request: Request) -> Iterator[pa.Table]:
    """Yield one `tables.RAW` table a month, about `questions` / 24 rows each, more in spring and less in summer."""
    first = request.first or min(FIRST, request.last or FIRST)
    last = request.last or max(LAST, first)
    for month in month_range(first, last):
        yield make_month(month, params)


def make_month(month: str, params: Params) -> pa.Table:
    """All questions of one month."""
    year, number = int(month[:4]), int(month[5:])
    dice = Dice(params.seed, year, number)
    site = build_site(month, params.tags)
    count = round(params.questions / 24 * SEASON[number - 1] * (0.97 + 0.06 * dice.roll()))
    moments = sorted(draw_moment(month, dice) for _ in range(count))
    rows = [make_question(month, dice, site, params.noise) for _ in moments]
    columns: dict[str, Sequence[Any]] = {name: [row[name] for row in rows] for name in rows[0]}
    ids = [(year * 100 + number) * 100_000 + index for index in range(count)]
    return make_table({**columns, "question_id": ids, "created": moments}, RAW)


def draw_moment(month: str, dice: Dice) -> datetime:
    """A second of the month."""
    start = month_start(month)
    length = month_start(next_month(month)) - start
    return start + timedelta(seconds=dice.below(int(length.total_seconds())))


def make_question(month: str, dice: Dice, site: Site, noise: float) -> dict[str, Any]:
    """One question without its id and its moment."""
    scene = draw_scene(dice, site)
    tags = draw_tags(dice, scene, site)
    subjects = draw_subjects(dice, scene, site, tags, noise)
    writer = Writer(dice, gather_voice(dice, scene, site, subjects))
    title, body = writer.write_title(), writer.write_body()
    return {
        "title": title,
        "body": break_body(dice, body) if month == BROKEN.month else body,
        "tags": [rename_tag(tag, month) for tag in tags],
        "weight": 1.0,
        "site": "sample",
        **draw_reception(dice),
    }


def break_body(dice: Dice, body: str) -> str:
    """The body as it was, or broken in one of three ways."""
    if not dice.chance(BROKEN.share):
        return body
    return dice.pick(("", escape_text(body), body[: len(body) // 8]))


def draw_reception(dice: Dice) -> dict[str, int]:
    """Score, views and answers: most questions get little, some a lot."""
    fame = -math.log(1.0 - dice.roll())
    return {
        "score": -1 - dice.below(2) if dice.chance(0.15) else int(fame * fame),
        "view_count": int(20 + 45 * math.exp(min(fame, 9.0)) * (0.5 + dice.roll())),
        "answer_count": min(int(fame + dice.roll()), 8),
    }
