"""Draws what a question of a given month is about: its topic, its tags, and the words that its text is made of."""

import math
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate

from tagger.sample.drift import BORN, DYING, RENAMED, VOCABULARY
from tagger.sample.text import Dice, Voice
from tagger.sample.topics import LATER_ANDROID, SPOKEN, TOPICS, Topic, Words, list_tags, read_words

TAG_COUNTS = (1,) * 14 + (2,) * 28 + (3,) * 30 + (4,) * 18 + (5,) * 10  # how many tags: one of these


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

    scenes: dict[str, Scene]
    sums: list[float]
    words: dict[str, Words]


def rank_tags() -> list[str]:
    """All tags, the most popular first."""
    weights: dict[str, float] = {}
    for topic in TOPICS:
        for rank, tag in enumerate(list_tags(topic)):
            weights[tag] = max(weights.get(tag, 0.0), topic.share * weigh_rank(rank))
    return sorted(weights, key=lambda tag: (-weights[tag], tag))


def weigh_rank(rank: int) -> float:
    """The law of Zipf and Mandelbrot: the first ranks are less far apart than in Zipf's."""
    return math.pow(rank + 2, -1.4)


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
    return Site(scenes, list(accumulate(scene.topic.share for scene in scenes.values())), known)


def draw_scene(dice: Dice, site: Site) -> Scene:
    """A topic, by its share."""
    return list(site.scenes.values())[bisect(site.sums, dice.roll() * site.sums[-1])]


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
    nouns = dice.sample(scene.own.nouns, 3) + dice.sample(stranger.own.nouns, 1)
    calls = dice.sample(scene.own.calls, 1)
    for tag in subjects:
        nouns += dice.sample(site.words[tag].nouns, 3)
        calls += dice.sample(site.words[tag].calls, 2)
    tools = [SPOKEN.get(tag, tag.replace("-", " ")) for tag in subjects if dice.chance(0.7)]
    return Voice(nouns, calls, tools or ["this library"], scene.topic.syntax)


def rename_tag(tag: str, month: str) -> str:
    """The tag's name in that month."""
    old, new = RENAMED.tags
    return new if tag == old and month >= RENAMED.month else tag
