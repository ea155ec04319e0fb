"""Where work is done: the same calls in one process or on all cores, with the same result."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Watch(Protocol):
    """Passes an iterable through and shows how far it is."""

    def __call__(self, items: Iterable[Any], total: int | None, what: str) -> Iterable[Any]: ...


def watch_nothing(items: Iterable[Any], total: int | None, what: str) -> Iterable[Any]:  # noqa: ARG001
    """The watch of a library: silence."""
    return items


class Log(Protocol):
    """Hears a figure at a step, such as the loss of an epoch."""

    def __call__(self, name: str, value: float, step: int) -> None: ...


def log_nothing(name: str, value: float, step: int) -> None:
    """The log of a library: silence."""


@dataclass(frozen=True)
class Engine:
    """Maps functions over items in `jobs` processes; the order of results is that of the items.

    `backend` is one of joblib's: processes here (loky), or the workers of a Dask cluster that a client is open for.
    """

    jobs: int = 1
    watch: Watch = watch_nothing
    backend: str = "loky"
    log: Log = log_nothing

    @property
    def is_local(self) -> bool:
        """Whether work is done on this machine."""
        return self.backend == "loky"

    def map(self, function: Callable[[T], R], items: Sequence[T], what: str) -> list[R]:
        """Apply a picklable function to every item."""
        from joblib import Parallel, delayed

        with self.sharing():
            work = Parallel(n_jobs=min(self.jobs, max(len(items), 1)), return_as="generator")
            return list(self.watch(work(delayed(function)(item) for item in items), len(items), what))

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """joblib's own calls inside, such as scikit-learn's, work where this engine does."""
        from joblib import parallel_config

        with parallel_config(backend=self.backend):
            yield


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))
