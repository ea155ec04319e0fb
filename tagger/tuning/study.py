"""Optuna's study as processes share it: who tries what, what a killed process has left, where it is kept."""

import fcntl
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tagger.errors import ParamsError
from tagger.metrics import lower_is_better
from tagger.tuning.params import Search
from tagger.tuning.spaces import suggest_value
from tagger.tuning.task import Task

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial

logger = logging.getLogger(__name__)
# Complete trials that pruning needs to compare with.
STARTUP_TRIALS = 5
# Seconds between the signs of life that a process gives for its trials, and after which they are others' to do.
SIGN_OF_LIFE, GRACE = 10, 60
# Of a trial that was begun beyond the budget, by processes that did not know of each other.
SURPLUS = "surplus"
CONNECTION = {"sqlite": {"timeout": 60}, "postgresql": {"connect_timeout": 10}}


@dataclass(frozen=True)
class Begun:
    """A trial that this process is at."""

    trial: "optuna.Trial"
    values: dict[str, Any]


@dataclass(frozen=True)
class Study:
    """`alone`: no other process is at it, so that what runs in it was left by a killed one."""

    inner: "optuna.Study"
    search: Search
    alone: bool

    def list_trials(self) -> "list[FrozenTrial]":
        """All within the budget, in the order in which they were begun."""
        trials = self.inner.get_trials(deepcopy=False)
        return [trial for trial in trials if SURPLUS not in trial.user_attrs][: self.search.params.trials]

    def is_done(self) -> bool:
        """Whether every trial of the budget has ended, here or elsewhere."""
        trials = self.list_trials()
        return len(trials) == self.search.params.trials and all(trial.state.is_finished() for trial in trials)

    def begin(self) -> list[Begun]:
        """What to do next: trials that a killed process has left, and new ones up to the next multiple of `parallel`,
        so that a search that was killed goes on in the same steps."""
        import optuna

        trials, batch = self.list_trials(), self.search.params.parallel
        left = self.find_left(trials)[:batch]
        room = -len(trials) % batch or (0 if left else batch)
        fresh = range(min(room, self.search.params.trials - len(trials)))
        asked = [optuna.Trial(self.inner, trial._trial_id) for trial in left] + [self.ask() for _ in fresh]
        return [begun for trial in asked if (begun := self.draw(trial))]

    def ask(self) -> "optuna.Trial":
        """A new trial."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Heartbeat of storage")  # see at_work
            return self.inner.ask()

    def find_left(self, trials: "list[FrozenTrial]") -> "list[FrozenTrial]":
        """Those that nobody is at."""
        running = [trial for trial in trials if not trial.state.is_finished()]
        if self.alone or not running:
            return running
        silent = set(self.storage._get_stale_trial_ids(self.inner._study_id))
        return [trial for trial in running if trial._trial_id in silent]

    def draw(self, trial: "optuna.Trial") -> Begun | None:
        """The parameters to try, each by a seed of its own: what was drawn by half before a kill is drawn the same.
        None for a trial beyond the budget."""
        import optuna

        numbers = [other.number for other in self.list_trials()]
        if trial.number not in numbers:
            trial.set_user_attr(SURPLUS, True)
            self.inner.tell(trial, state=optuna.trial.TrialState.FAIL)
            return None
        values = {}
        for place, (name, dimension) in enumerate(self.search.space.items()):
            seed = np.random.SeedSequence([self.search.params.seed, numbers.index(trial.number), place])
            self.inner.sampler = optuna.samplers.TPESampler(seed=int(seed.generate_state(1)[0]), constant_liar=True)
            values[name] = suggest_value(name, dimension, trial)
        return Begun(trial, values)

    @contextmanager
    def at_work(self, batch: list[Begun]) -> Iterator[None]:
        """Give signs of life for some trials."""
        from optuna.storages._heartbeat import get_heartbeat_thread

        with ExitStack() as signs:
            for begun in batch:
                sign = get_heartbeat_thread(begun.trial._trial_id, self.storage)
                sign.start()
                signs.callback(sign.join)
            yield

    @property
    def storage(self) -> Any:
        """Optuna's."""
        return self.inner._storage


@contextmanager
def open_study(search: Search, task: Task, storage: str) -> Iterator[Study]:
    """The study of this task, new or as it was left; one in a file is held until the block ends. Raises ParamsError."""
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    check_storage(storage)
    alone = storage.startswith("sqlite:")
    with ExitStack() as stack:
        if alone:
            stack.enter_context(holding(task.cache / f"{task.digest}.lock"))
        try:
            study = make_study(task, storage)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            raise ParamsError(explain(error, storage)) from error
        try:
            yield Study(study, search, alone)
        except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
            raise ParamsError(explain(error.__cause__ or error, storage)) from error


def make_study(task: Task, storage: str) -> "optuna.Study":
    """Optuna's study, in tables that are made where there are none. Raises SQLAlchemyError, ImportError, ValueError."""
    import optuna
    from sqlalchemy.exc import IntegrityError, ProgrammingError
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # Two processes that make the tables at once stand in each other's way.
    clash = retry_if_exception_type((IntegrityError, ProgrammingError))
    for attempt in Retrying(retry=clash, stop=stop_after_attempt(5), wait=wait_random(0.2, 1), reraise=True):
        with attempt:
            return optuna.create_study(
                study_name=f"{task.settings.model}-{task.digest}",
                storage=make_storage(storage),
                direction="minimize" if lower_is_better(task.metric) else "maximize",
                pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS),
                load_if_exists=True,
            )
    raise AssertionError("unreachable: the last attempt raises")


def make_storage(storage: str) -> "optuna.storages.RDBStorage":
    """Optuna's storage; where others share it, with signs of life."""
    import optuna

    kind = re.split(r"[+:]", storage)[0]
    arguments = {"connect_args": CONNECTION.get(kind, {}), "pool_pre_ping": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.storages.RDBStorage(
            storage,
            engine_kwargs=arguments,
            heartbeat_interval=None if kind == "sqlite" else SIGN_OF_LIFE,
            grace_period=None if kind == "sqlite" else GRACE,
        )


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Wait until no other process of this machine holds a file; a killed one does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.warning("another training makes the same search: waiting for its trials")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def check_storage(storage: str) -> None:
    """Raises ParamsError for a URL that holds a password."""
    if re.search(r"://[^/@]*:.*@|[?&]password=", storage):
        raise ParamsError(
            "params.yaml: search.storage holds a password, which git would keep: put it into the environment "
            "(PGPASSWORD) or into ~/.pgpass"
        )


def explain(error: BaseException, storage: str) -> str:
    """What a database says, in one line."""
    line = " ".join(str(error).split("\n[SQL")[0].split("(Background on")[0].split())
    return (
        f"params.yaml: search.storage {storage} cannot be used ({line}): give the URL of a database that runs, or null "
        "for a file"
    )
