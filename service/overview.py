"""What the operator sees: traffic, what waits, feedback, drift; put together at most once a second."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.drift import Drift
from service.state.counts import Counts
from service.traffic import SECONDS_BETWEEN, Traffic, read_totals

SECONDS_FRESH = 1.0


class Overview:
    """One thread reads for all who look; the event loop only waits."""

    def __init__(self, url: str, drift: Path) -> None:
        self.traffic = Traffic()
        self.counts = Counts(url)
        self.drift = Drift(drift)
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="overview")
        self.task: asyncio.Task[None] | None = None
        self.told: dict[str, Any] = {}
        self.fresh_until = 0.0

    def start(self) -> None:
        """Watch the traffic from now on."""
        self.traffic.sample()
        self.task = asyncio.create_task(self.watch())

    async def watch(self) -> None:
        """Remember the counters every few seconds."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SECONDS_BETWEEN)
            await loop.run_in_executor(self.thread, self.traffic.sample)

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
            }
            self.fresh_until = time.monotonic() + SECONDS_FRESH
        return self.told

    def close(self) -> None:
        """Look no longer."""
        if self.task is not None:
            self.task.cancel()
        self.thread.shutdown(cancel_futures=True)
        self.counts.store.close()
