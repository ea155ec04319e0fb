"""Where work is done: the same calls in one process or on all cores, with the same result."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from joblib import Parallel, delayed

T = TypeVar("T")
R = TypeVar("R")


class Watch(Protocol):
    """Passes an iterable through and shows how far it is."""

    def __call__(self, items: Iterable[Any], total: int | None, what: str) -> Iterable[Any]: ...


def watch_nothing(items: Iterable[Any], total: int | None, what: str) -> Iterable[Any]:  # noqa: ARG001
    """The watch of a library: silence."""
    return items


@dataclass(frozen=True)
class Engine:
    """Maps functions over items in `jobs` processes; the order of results is that of the items."""

    jobs: int = 1
    watch: Watch = watch_nothing

    def map(self, function: Callable[[T], R], items: Sequence[T], what: str) -> list[R]:
        """Apply a picklable function to every item."""
        work = Parallel(n_jobs=min(self.jobs, max(len(items), 1)), return_as="generator")
        return list(self.watch(work(delayed(function)(item) for item in items), len(items), what))


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))
