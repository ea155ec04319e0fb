"""Says why tags were suggested, in a thread of its own, so that whoever asks for tags alone does not wait for it."""

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import zip_longest
from typing import Any

from tagger.explaining import Explanation
from tagger.tagger import Tagger

MOST_TAGS = 10
MOST_WORDS = 5
# A model that is no sum is asked 41 times for one explanation: more would be told too late.
MOST_WAITING = 8
NICER = 5


class Explainer:
    """One explanation at a time; beyond a few that wait there is none. `aside`: answers have the processors first."""

    def __init__(self, tagger: Tagger, aside: bool = False) -> None:
        self.tagger = tagger
        self.thread = ThreadPoolExecutor(1, "explain", initializer=step_aside if aside else None)
        self.waiting = 0

    async def explain(self, title: str, body: str, tags: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The tags of an answer with `why`: null beyond MOST_TAGS, or where too many wait."""
        if self.waiting >= MOST_WAITING:
            return [row | {"why": None} for row in tags]
        names = [row["tag"] for row in tags[:MOST_TAGS]]
        self.waiting += 1
        try:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self.thread, self.tagger.explain, title, body, names, MOST_WORDS)
        finally:
            self.waiting -= 1
        return [row | {"why": why} for row, why in zip_longest(tags, map(describe, found))]

    def close(self) -> None:
        self.thread.shutdown(cancel_futures=True)


def step_aside() -> None:
    """Run this thread, and those that it starts, after others. Only Linux has a priority for each thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + NICER)


def describe(explanation: Explanation) -> dict[str, Any]:
    """An explanation as the answer has it."""
    words = [
        {"words": term.words, "place": term.place, "contribution": term.contribution} for term in explanation.terms
    ]
    return {"unit": explanation.unit, "words": words}
