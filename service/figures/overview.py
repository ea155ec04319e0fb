"""What the operator sees: traffic, what waits, feedback, drift; put together at most once a second."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from service.figures.drift import Drift
from service.figures.traffic import SECONDS_BETWEEN, Traffic, read_totals
from service.settings import Settings
from service.state.counts import Counts
from service.versions.comparison import Comparison
from service.versions.leads import Leads
from service.versions.plan import Plan, read_plan, read_started
from tagger.errors import DataError

SECONDS_FRESH = 1.0
SECONDS_COMPARED = 4.0
REST = 20


class Overview:
    """One thread reads for all who look; the event loop only waits."""

    def __init__(self, settings: Settings) -> None:
        self.traffic = Traffic()
        self.counts = Counts(settings.url)
        self.drift = Drift(settings.drift)
        self.versions = FreshComparison(settings)
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="overview")
        self.task: asyncio.Task[None] | None = None
        self.told: dict[str, Any] = {}
        self.fresh_until = 0.0

    def start(self) -> None:
        """Watch the traffic from now on."""
        self.traffic.sample()
        self.task = asyncio.create_task(self.watch())

    async def watch(self) -> None:
        """Remember the counters every few seconds, and see how a challenger does."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SECONDS_BETWEEN)
            await loop.run_in_executor(self.thread, self.look)

    def look(self) -> None:
        """In the thread."""
        self.traffic.sample()
        self.versions.look()

    async def tell(self) -> dict[str, Any]:
        """All of it, a second old at most."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, self.read)

    def read(self) -> dict[str, Any]:
        """The same, in the thread."""
        if time.monotonic() >= self.fresh_until:
            self.told = {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "traffic": self.traffic.describe(read_totals()),
                "kept": self.counts.read(),
                "drift": self.drift.read(),
                "versions": self.versions.read(),
            }
            self.fresh_until = time.monotonic() + SECONDS_FRESH
        return self.told

    async def tell_versions(self) -> dict[str, Any] | None:
        """The versions side by side, None while the database is away."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, self.versions.read)

    def close(self) -> None:
        """Look no longer."""
        if self.task is not None:
            self.task.cancel()
        self.thread.shutdown(cancel_futures=True)
        self.counts.store.close()
        self.versions.close()


class FreshComparison:
    """The comparison of versions, a few seconds old; older where it takes long to make."""

    def __init__(self, settings: Settings) -> None:
        self.state = settings.state
        self.comparison = Comparison(settings.url)
        self.plan: Plan | None = None
        self.told: dict[str, Any] | None = None
        self.fresh_until = 0.0
        self.leads = Leads(settings.state)

    def look(self) -> None:
        """Compare where there is a challenger, or just was one, though nobody asks: Prometheus does."""
        if (self.read_plan().challenger or self.leads.version) and self.leads.take():
            self.read()

    def read(self) -> dict[str, Any] | None:
        """In one thread."""
        plan = self.read_plan()
        start = time.monotonic()
        if plan != self.plan or start >= self.fresh_until:
            self.told = self.comparison.read(plan, read_started(self.state))
            self.plan = plan
            self.fresh_until = time.monotonic() + max(SECONDS_COMPARED, REST * (time.monotonic() - start))
            self.leads.tell(plan, self.told)
        return self.told

    def close(self) -> None:
        self.comparison.close()
        self.leads.close()

    def read_plan(self) -> Plan:
        """As it is, or was when it could be read last."""
        try:
            return read_plan(self.state)
        except DataError:
            return self.plan or Plan()
