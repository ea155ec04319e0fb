"""Scores questions: at once where the model is quick, else many together in a thread of their own."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from service.errors import RefusedError
from tagger.models.base import LinearModel
from tagger.tagger import Tagger

# Quicker than this, a model holds nobody up; the way to a thread and back would cost as much.
SECONDS_AT_ONCE = 0.003
TRIES = 4
MOST_AT_ONCE = 32
# Beyond so many, answers would come too late for whoever waits for them.
MOST_WAITING = 1024
WARM_UP = ("How do I read a file line by line?", "<p>I tried</p><pre><code>open(path)</code></pre>")


class Scorer(Protocol):
    """Gives a question (title, HTML body) the probability of each tag."""

    async def score(self, title: str, body: str) -> np.ndarray: ...

    def close(self) -> None: ...


class Direct:
    """In the event loop."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger

    async def score(self, title: str, body: str) -> np.ndarray:
        return self.tagger.score_question(title, body)

    def close(self) -> None:
        """Nothing to end."""


class Batched:
    """In one thread, together with whatever else came while it was busy: no question waits for company."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger
        self.waiting: list[tuple[tuple[str, str], asyncio.Future[np.ndarray]]] = []
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="score")
        self.task: asyncio.Task[None] | None = None

    async def score(self, title: str, body: str) -> np.ndarray:
        if len(self.waiting) >= MOST_WAITING:
            raise RefusedError(429, f"{MOST_WAITING} questions wait already: try again in a second", retry_after="1")
        future: asyncio.Future[np.ndarray] = asyncio.get_running_loop().create_future()
        self.waiting.append(((title, body), future))
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.work())
        return await future

    async def work(self) -> None:
        """Score what waits until nothing does."""
        loop = asyncio.get_running_loop()
        while self.waiting:
            taken, self.waiting = self.waiting[:MOST_AT_ONCE], self.waiting[MOST_AT_ONCE:]
            futures = [future for _, future in taken]
            try:
                asked = [question for question, _ in taken]
                rows = await loop.run_in_executor(self.thread, score_together, self.tagger, asked)
            except Exception as error:  # noqa: BLE001 - of whatever kind, those who wait raise it again
                settle(futures, error=error)
            else:
                settle(futures, rows)

    def close(self) -> None:
        self.thread.shutdown(cancel_futures=True)


def settle(
    futures: Sequence[asyncio.Future[np.ndarray]], rows: Sequence[np.ndarray] = (), error: Exception | None = None
) -> None:
    """Wake those who wait; one that went away meanwhile is passed over."""
    for number, future in enumerate(futures):
        if future.done():
            continue
        if error is None:
            future.set_result(rows[number])
        else:
            future.set_exception(error)


def score_together(tagger: Tagger, asked: Sequence[tuple[str, str]]) -> Sequence[np.ndarray]:
    """The probabilities of each tag for several questions.

    Weights take them one by one: as quick, and without the compiler of a batch, which a release need not have.
    """
    if len(asked) == 1 or (tagger.single and isinstance(tagger.model, LinearModel)):
        return [tagger.score_question(*question) for question in asked]
    import pandas as pd

    from tagger.cleaning import Cleaned, clean_question

    texts = [clean_question(title, body, tagger.settings.clean) for title, body in asked]
    rows: np.ndarray = tagger.scores(pd.DataFrame(texts, columns=list(Cleaned._fields)))
    return list(rows)


def choose_scorer(tagger: Tagger, way: str) -> Scorer:
    """The way that fits; where it is "auto", by what a question takes at best, since the first one loads."""
    times = []
    for _ in range(TRIES):
        start = time.perf_counter()
        tagger.score_question(*WARM_UP)
        times.append(time.perf_counter() - start)
    quick = min(times) < SECONDS_AT_ONCE if way == "auto" else way == "direct"
    return Direct(tagger) if quick else Batched(tagger)
