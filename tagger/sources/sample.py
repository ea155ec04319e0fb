"""Source `sample`: made-up questions with the tags, the HTML and the drift of a real site, the same on every machine.

A month depends on the parameters and on nothing else, so a wider window leaves the other months as they were.
"""

import math
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, Literal

import pyarrow as pa
from pydantic import Field, field_validator

from tagger.months import month_range, month_start, next_month
from tagger.params import Section
from tagger.sample_text import Dice, Voice, escape_text, write_body, write_title
from tagger.sample_topics import LATER_ANDROID, SPOKEN, TOPICS, Topic, Words, list_tags, read_words
from tagger.sources.base import Request
from tagger.tables import RAW, make_table

FIRST, LAST = "2023-01", "2024-12"  # where the request leaves an end open
SEASON = (1.03, 1.0, 1.06, 1.02, 1.02, 0.98, 0.95, 0.93, 0.99, 1.05, 1.03, 0.94)  # January to December
TAG_COUNTS = (1,) * 14 + (2,) * 28 + (3,) * 30 + (4,) * 18 + (5,) * 10  # how many tags: one of these


@dataclass(frozen=True)
class Drift:
    """What changes in the questions: from a calendar month on, or (`broken`) in that month alone.

    `tags`: what it happens to (`renamed`: old name, new name; `vocabulary`: the topic's first tag, its others follow).
    `share`: of a month's questions, about.
    """

    kind: Literal["born", "renamed", "vocabulary", "dying", "broken"]
    month: str
    tags: tuple[str, ...]
    share: float
    effect: str


BORN = Drift("born", "2024-03", ("langchain",), 0.06, "a new tag with words of its own")
RENAMED = Drift("renamed", "2024-05", ("reactjs", "react"), 0.06, "the new name in the contexts of the old one")
VOCABULARY = Drift("vocabulary", "2024-07", ("android",), 0.12, "the topic's words give way to others, its tags stay")
DYING = Drift("dying", "2024-09", ("jquery",), 0.05, "the tag and its words are gone")
BROKEN = Drift("broken", "2024-11", (), 0.45, "bodies: a third empty, a third escaped twice, a third cut off")

DRIFT = (BORN, RENAMED, VOCABULARY, DYING, BROKEN)  # the ground truth: what a drift report should find, and when


class Params(Section):
    """Section `sources.sample`. `questions`: in 24 months; `noise`: share of tags that leave no trace in the text."""

    seed: int = Field(0, ge=0)
    questions: int = Field(6000, ge=240, le=1_000_000)
    tags: int = Field(300, ge=100)
    noise: float = Field(0.12, ge=0, le=1)

    @field_validator("tags")
    @classmethod
    def check_tags(cls, tags: int) -> int:
        """Raises ValueError where more tags are asked for than the catalogue has."""
        if tags > len(rank_tags()):
            raise ValueError(f"should be at most {len(rank_tags())}, all the tags there are")
        return tags


@dataclass(frozen=True)
class Scene:
    """A topic as it is in one month: its tags, the sums of their weights up to each, and its own words."""

    topic: Topic
    tags: list[str]
    sums: list[float]
    own: Words


@dataclass(frozen=True)
class Site:
    """What is asked in one month: topics by name, the sums of their shares up to each, and the words of all tags."""

    month: str
    scenes: dict[str, Scene]
    sums: list[float]
    words: dict[str, Words]


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
    rows = [make_question(dice, site, params.noise) for _ in moments]
    columns: dict[str, Sequence[Any]] = {name: [row[name] for row in rows] for name in rows[0]}
    ids = [(year * 100 + number) * 100_000 + index for index in range(count)]
    return make_table({**columns, "question_id": ids, "created": moments}, RAW)


def draw_moment(month: str, dice: Dice) -> datetime:
    """A second of the month."""
    start = month_start(month)
    length = month_start(next_month(month)) - start
    return start + timedelta(seconds=dice.below(int(length.total_seconds())))


def rank_tags() -> list[str]:
    """All tags, the most popular first."""
    weights: dict[str, float] = {}
    for topic in TOPICS:
        for rank, tag in enumerate(list_tags(topic)):
            weights[tag] = max(weights.get(tag, 0.0), topic.share * weigh_rank(rank))
    return sorted(weights, key=lambda tag: (-weights[tag], tag))


def weigh_rank(rank: int) -> float:
    """The law of Zipf and Mandelbrot: the first ranks are less far apart than in Zipf's."""
    return 1.0 / (rank + 2) ** 1.4


def build_site(month: str, limit: int) -> Site:
    """What is asked in a month, about the `limit` most popular tags."""
    gone = set(rank_tags()[limit:])
    gone.update(BORN.tags if month < BORN.month else (), DYING.tags if month >= DYING.month else ())
    scenes: dict[str, Scene] = {}
    known: dict[str, Words] = {}
    for topic in TOPICS:
        shifted = topic.name in VOCABULARY.tags and month >= VOCABULARY.month
        words = read_words(LATER_ANDROID if shifted else topic.lines)
        ranks = {tag: rank for rank, tag in enumerate(list_tags(topic)) if tag not in gone}
        if any(tag in words for tag in ranks):  # a topic without a tag of its own is not asked about
            sums = list(accumulate(weigh_rank(rank) for rank in ranks.values()))
            scenes[topic.name] = Scene(topic, list(ranks), sums, words["*"])
            known.update(words)
    return Site(month, scenes, list(accumulate(scene.topic.share for scene in scenes.values())), known)


def make_question(dice: Dice, site: Site, noise: float) -> dict[str, Any]:
    """One question without its id and its moment."""
    scene = list(site.scenes.values())[bisect(site.sums, dice.roll() * site.sums[-1])]
    tags = draw_tags(dice, scene, site)
    voice = gather_voice(dice, scene, site, draw_subjects(dice, scene, site, tags, noise))
    title, body = write_title(dice, voice), write_body(dice, voice)
    return {
        "title": title,
        "body": break_body(dice, body) if site.month == BROKEN.month else body,
        "tags": [rename_tag(tag, site.month) for tag in tags],
        "weight": 1.0,
        "site": "sample",
        **draw_reception(dice),
    }


def draw_tags(dice: Dice, scene: Scene, site: Site) -> list[str]:
    """One to five tags: mostly the topic's first, then others of the topic and of the topics near it."""
    tags = scene.tags[:1] if dice.chance(0.65) else []
    for _ in range(dice.pick(TAG_COUNTS) - len(tags)):
        tag = draw_tag(dice, scene, site)
        while tag in tags:
            tag = draw_tag(dice, scene, site)
        tags.append(tag)
    return tags


def draw_tag(dice: Dice, scene: Scene, site: Site) -> str:
    """A tag of the topic or of one near it, by weight."""
    if dice.chance(0.25):
        scene = site.scenes[dice.pick([name for name in scene.topic.near if name in site.scenes])]
    return scene.tags[bisect(scene.sums, dice.roll() * scene.sums[-1])]


def draw_subjects(dice: Dice, scene: Scene, site: Site, tags: list[str], noise: float) -> list[str]:
    """The tags that show in the text: some are left out, and as many show that the question is not filed under."""
    shown = [tag for tag in tags if not dice.chance(noise)]
    return shown + [draw_tag(dice, scene, site) for _ in tags if dice.chance(noise)]


def gather_voice(dice: Dice, scene: Scene, site: Site, subjects: list[str]) -> Voice:
    """What the question speaks of: words of its subjects, of its topic and of any other one."""
    stranger = dice.pick(list(site.scenes.values()))
    nouns = dice.sample(scene.own.nouns, 3) + dice.sample(stranger.own.nouns, 2)
    calls = dice.sample(scene.own.calls, 1)
    for tag in subjects:
        nouns += dice.sample(site.words[tag].nouns, 2)
        calls += dice.sample(site.words[tag].calls, 1)
    tools = [SPOKEN.get(tag, tag.replace("-", " ")) for tag in subjects if dice.chance(0.6)]
    return Voice(nouns, calls, tools or ["this library"], scene.topic.syntax)


def rename_tag(tag: str, month: str) -> str:
    """The tag's name in that month."""
    old, new = RENAMED.tags
    return new if tag == old and month >= RENAMED.month else tag


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
