"""Follows versions.json: a worker loads what it names beside what it serves, and changes over between two requests."""

import asyncio
import ctypes
import gc
import logging
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from service import metrics
from service.settings import Settings
from service.versions.lineup import Lineup
from service.versions.opening import open_lineup
from service.versions.plan import PLAN, Plan, read_plan
from service.versions.started import note_started
from tagger.errors import DataError, TaggerError

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_TRIES = 30.0
Fingerprint = tuple[int, int, int] | None
logger = logging.getLogger("uvicorn.error")


class Versions:
    """`lineup` is what is served now; the event loop alone sets it. Raises TaggerError where nothing can be served."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seen = look_at(settings.state / PLAN)
        self.retry_at = float("inf")
        self.problem = ""
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="versions")
        self.task: asyncio.Task[None] | None = None
        self.lineup = self.begin()

    def begin(self) -> Lineup:
        """What the plan says; where that cannot be served, what is next to it, since others than we must not fail."""
        try:
            plan = read_plan(self.settings.state)
        except DataError as error:
            self.note_problem(error)
            plan = Plan()
        if plan.champion:
            logger.warning("%s names %s as champion: it is served, not TAGGER_MODEL", PLAN, plan.champion.version)
        without = plan.model_copy(update={"challenger": None})
        for wanted in dict.fromkeys((plan, without, Plan(champion=plan.previous), Plan())):
            try:
                return open_lineup(self.settings, wanted)
            except TaggerError as error:
                if wanted == Plan():
                    raise
                self.note_problem(error)
        raise AssertionError("the last one returns or raises")

    def start(self) -> None:
        """Follow from now on."""
        self.tell()
        note_started(self.settings, self.lineup.champion)
        self.task = asyncio.create_task(self.follow())

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            await self.look()
            # Again and again, since a release that was not let in may have noted another.
            champion = self.lineup.champion
            await asyncio.get_running_loop().run_in_executor(self.thread, note_started, self.settings, champion)

    async def look(self) -> None:
        """Change over where the file has changed; where that fails, serve what is served, and try again in a while."""
        found = look_at(self.settings.state / PLAN)
        if found == self.seen and time.monotonic() < self.retry_at:
            return
        self.seen, self.retry_at = found, float("inf")
        try:
            lineup = await asyncio.get_running_loop().run_in_executor(self.thread, self.read)
        except Exception as error:  # noqa: BLE001 - of whatever kind, what is served goes on
            self.note_problem(error)
        else:
            self.problem = ""
            self.change(lineup)
        self.tell()

    def read(self) -> Lineup:
        """In the thread. Raises TaggerError."""
        return open_lineup(self.settings, read_plan(self.settings.state), self.lineup)

    def change(self, lineup: Lineup) -> None:
        """Between two requests: those under way end with what they began with."""
        retired = [serving for serving in self.lineup.servings if serving not in lineup.servings]
        self.lineup = lineup
        for serving in retired:
            serving.retire()
            metrics.model.labels(serving.served.version, serving.served.facts["sha256"]).set(0)
            metrics.share.labels(serving.served.version).set(0)
        if retired:
            asyncio.get_running_loop().call_later(SECONDS_BETWEEN_LOOKS, free_memory)
        shares = ", ".join(f"{version} {share:.0%}" for version, share in lineup.measure_shares().items())
        logger.info("versions: %s%s", shares, " (shadow)" if lineup.plan.shadow else "")

    def tell(self) -> None:
        """Set the gauges."""
        for serving in self.lineup.servings:
            metrics.model.labels(serving.served.version, serving.served.facts["sha256"]).set(1)
        for version, share in self.lineup.measure_shares().items():
            metrics.share.labels(version).set(share)
        metrics.behind.set(bool(self.problem))

    def note_problem(self, error: Exception) -> None:
        """Say once why the file cannot be followed."""
        if str(error) != self.problem:
            logger.error("%s is not followed: %s", PLAN, error)
        self.problem = str(error) or type(error).__name__
        self.retry_at = time.monotonic() + SECONDS_BETWEEN_TRIES

    def close(self) -> None:
        """Follow no longer."""
        if self.task is not None:
            self.task.cancel()
        self.thread.shutdown(cancel_futures=True)
        for serving in self.lineup.servings:
            serving.retire()


def look_at(path: Path) -> Fingerprint:
    """What changes when a file does; None where it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def free_memory() -> None:
    """Give back what a retired model held: what was there at the start is frozen, and the allocator keeps pages."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
