"""What a training costs: seconds by phase and peak memory, an estimate while it runs, a limit that refuses early."""

import resource
import sys
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger.engine import Watch
from tagger.errors import CostError

# A loop is timed for so long before its pace is trusted.
SECONDS_TIMED = 2.0
# Where workers take so long for their first items, the time in which they start does not matter.
SECONDS_WAITED = 30.0
# A shorter training is not announced.
SECONDS_TOLD = 60.0


def tell_nothing(line: str) -> None:
    """The voice of a library: silence."""


@dataclass(eq=False)
class Loop:
    """A watched loop: how many items came, when the first did, and how often it runs in what is left of the one around.

    Some hand an item out and work on it then, the first one at once; those on several workers deliver what is done.
    """

    total: int | None
    start: float
    times: float = 1.0
    done: int = 0
    first: float | None = None

    def count(self, now: float) -> None:
        """One more item came."""
        self.done += 1
        if self.first is None:
            self.first = now

    def find_left(self, now: float, workers: int) -> float | None:
        """Seconds to come, None before that can be told; where workers deliver in step, rather too few."""
        if self.total is None or self.first is None:
            return None
        after_first, all_in_all = now - self.first, now - self.start
        at_once = all_in_all - after_first < all_in_all / 20
        if after_first >= SECONDS_TIMED and self.done > (1 if at_once else 4 * workers):
            # Workers need time to start: it counts from the first item on.
            pace = after_first / (self.done - 1)
        elif not at_once and all_in_all >= SECONDS_WAITED:
            pace = all_in_all / (self.done + workers - 1)
        else:
            return None
        return pace * (self.total * self.times - self.done + at_once)


class Meter:
    """Measures phases, estimates from the loops inside them, and stops what would take longer than `max_hours`.

    `workers` is how many items may be under way at once; `tell` hears the estimate once, in one line.
    """

    def __init__(
        self,
        workers: int = 1,
        max_hours: float | None = None,
        tell: Callable[[str], None] = tell_nothing,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workers = workers
        self.max_hours = max_hours
        self.tell = tell
        self.clock = clock
        self.start = self.phase_start = clock()
        self.seconds: dict[str, float] = {}
        self.again = 0.0
        self.loops: list[Loop] = []
        self.told = False

    @contextmanager
    def phase(self, name: str, again: float = 0.0) -> Iterator[None]:
        """Time a phase; `again`: how much of the same is to come after it, a second fit on 1.2 times the rows 1.2."""
        self.phase_start, self.again = self.clock(), again
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.clock() - self.phase_start
            self.again = 0.0

    def watching(self, watch: Watch) -> Watch:
        """The same watch, which also estimates. Its loops raise CostError."""

        def watch_cost(items: Iterable[Any], total: int | None, what: str) -> Iterator[Any]:
            loop = Loop(total, self.clock(), self.count_outer())
            self.loops.append(loop)
            try:
                for item in watch(items, total, what):
                    loop.count(self.clock())
                    self.judge(loop, what)
                    yield item
            except CostError:
                close_quietly(items)
                raise
            finally:
                self.loops.remove(loop)

        return watch_cost

    def count_outer(self) -> float:
        """How often a loop that begins now runs: once for each item that the loop around it has left."""
        if not self.loops:
            return 1.0
        outer = self.loops[-1]
        return outer.times * (max(outer.total - outer.done + 1, 1) if outer.total else 1)

    def judge(self, loop: Loop, what: str) -> None:
        """Tell an estimate that is long, refuse one that is too long. Raises CostError."""
        now = self.clock()
        left = loop.find_left(now, self.workers)
        if left is None:
            if self.max_hours is None or now - self.start <= self.max_hours * 3600:
                return
            left = 0.0  # passed already
        self.expect(left, f"{what}: {loop.done} of {loop.total} in {describe_seconds(now - loop.start)}")

    def expect(self, left: float, basis: str) -> None:
        """So many seconds are to come in this phase: told where they are many. Raises CostError where they are too
        many."""
        now = self.clock()
        seconds = now - self.start + left + self.again * (now - self.phase_start + left)
        if self.max_hours is not None and seconds > self.max_hours * 3600:
            raise CostError(
                f"training would take about {describe_seconds(seconds)} ({basis}), train.max_hours is "
                f"{self.max_hours:g}: raise it, or train on less (labels.top, fetch.from)"
            )
        if seconds >= SECONDS_TOLD and not self.told:
            self.told = True
            self.tell(f"about {describe_seconds(seconds)} ({basis})")

    def report(self, **facts: Any) -> dict[str, Any]:
        """The facts, then seconds by phase and in all, and peak memory in MB."""
        phases = {name: round(seconds, 1) for name, seconds in self.seconds.items()}
        total = round(self.clock() - self.start, 1)
        return facts | {"seconds": phases | {"total": total}, "memory_mb": round(measure_memory() / 1e6)}


def close_quietly(items: Iterable[Any]) -> None:
    """Stop the workers that deliver items, if there are any, without joblib's warning that their work is lost."""
    if isinstance(items, Generator):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            items.close()


def describe_seconds(seconds: float) -> str:
    """A duration in the unit that a person would take: "45 s", "12 min", "3.4 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"


def describe_cost(cost: dict[str, Any]) -> str:
    """What `report` measured, in one line."""
    phases = ", ".join(
        f"{name} {describe_seconds(value)}" for name, value in cost["seconds"].items() if name != "total"
    )
    total = describe_seconds(cost["seconds"]["total"])
    return f"{cost['model']} on {cost['device']}: {total} ({phases}), {cost['memory_mb']:,} MB at most"


def measure_memory() -> int:
    """Peak memory in bytes: of this process, and of its workers together or of the largest that has ended.

    The peaks need not fall together and pages that workers share count for each, so it is an upper bound.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    return own + max(ended, sum(read_peak(Path("/proc") / child) for child in list_children()))


def list_children() -> list[str]:
    """Ids of the processes that this one started and that run; none where the system has no /proc."""
    return [child for path in Path("/proc/self/task").glob("*/children") for child in path.read_text().split()]


def read_peak(process: Path) -> int:
    """Peak memory of another process in bytes; 0 when it has ended."""
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
