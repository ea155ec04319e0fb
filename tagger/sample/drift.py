"""What changes in the sample's questions and when: the ground truth for whatever looks for drift in them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Drift:
    """A change from a calendar month on, or (`broken`) in that month alone.

    `tags`: what it happens to (`renamed`: old name, new name; `vocabulary`: the topic's first tag, its others follow).
    `share`: of a month's questions that it touches, about.
    """

    kind: Literal["born", "renamed", "vocabulary", "dying", "broken"]
    month: str
    tags: tuple[str, ...]
    share: float
    effect: str


BORN = Drift("born", "2024-03", ("langchain",), 0.055, "a new tag, with words of its own")
RENAMED = Drift("renamed", "2024-05", ("reactjs", "react"), 0.05, "the new name in the contexts of the old one")
VOCABULARY = Drift("vocabulary", "2024-07", ("android",), 0.13, "the topic's words give way to others, its tags stay")
DYING = Drift("dying", "2024-09", ("jquery",), 0.05, "the tag and its words are gone")
BROKEN = Drift("broken", "2024-11", (), 0.45, "bodies: a third empty, a third escaped twice, a third cut off")

DRIFT = (BORN, RENAMED, VOCABULARY, DYING, BROKEN)
