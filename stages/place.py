"""Where a training's many fits are done, and where its search is kept: the sections `engine` and `search`."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import tagger
from tagger.digest import digest_files
from tagger.engine import Engine
from tagger.errors import ParamsError
from tagger.params import Section, parse_section
from tagger.plans import Place
from tagger.tuning.trials import Log

SECONDS_TO_CONNECT = 10


class EngineParams(Section):
    """Section `engine`: `backend` for the fits of folds and trials, `address` of a Dask scheduler. No parameter of a
    stage, since results do not depend on it."""

    backend: Literal["local", "dask"] = "local"
    address: str | None = None


@contextmanager
def open_place(params: dict[str, Any], engine: Engine, digest: str, log: Log) -> Iterator[Place]:
    """The place of one training. Raises ParamsError where the cluster does not answer."""
    section = parse_section(EngineParams, params.get("engine"), "engine")
    cache = Path(os.environ.get("TAGGER_CACHE", ".cache/downloads")).resolve() / "search"
    cache.mkdir(parents=True, exist_ok=True)
    storage = (params.get("search") or {}).get("storage") or f"sqlite:///{cache}/{digest}.db"
    with open_engine(section, engine) as many:
        # Workers on other machines see what lies in the project, not the system's temporary folder.
        scratch = cache if section.backend == "dask" else Path(tempfile.gettempdir())
        yield Place(engine, many, scratch, cache, storage, digest, log)


@contextmanager
def open_engine(section: EngineParams, engine: Engine) -> Iterator[Engine]:
    """The engine for many fits: this machine's, or a cluster's through joblib's own Dask backend."""
    if section.backend == "local":
        yield engine
        return
    from distributed import CancelledError, Client, KilledWorker
    from distributed.comm import CommClosedError

    if section.address is None:
        raise ParamsError(
            "params.yaml: engine.backend is dask and engine.address is null; give it the scheduler's, such as tcp://host:8786"
        )
    try:
        client = Client(section.address, timeout=SECONDS_TO_CONNECT, set_as_default=True)
    except (OSError, ValueError) as error:
        raise ParamsError(
            f"params.yaml: engine.address is {section.address!r} and no Dask scheduler answers there: start one "
            "(dask scheduler), or set engine.backend to local"
        ) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ParamsError(
                f"params.yaml: the Dask scheduler at engine.address {section.address} has no worker: start one in a "
                f"checkout of this project (python -m dask worker {section.address} --nthreads 1)"
            )
        check_workers(client, section.address)
        try:
            yield replace(engine, jobs=threads, backend="dask")
        except (CancelledError, CommClosedError, KilledWorker) as error:
            reason = " ".join(str(error).split())[:200]
            raise ParamsError(
                f"the Dask cluster at engine.address {section.address} was lost ({reason}): start it anew; a search "
                "goes on where it was"
            ) from error


def check_workers(client: Any, address: str) -> None:
    """Raises ParamsError for workers that would compute something else than this process."""
    own = digest_project()
    # A worker that cannot import this module returns an exception.
    found = client.run(digest_project, on_error="return")
    other = [worker for worker, digest in found.items() if digest != own]
    if other:
        raise ParamsError(
            f"params.yaml: workers of the Dask scheduler at engine.address {address} do not have the code that is here "
            f"({', '.join(other)}): start them anew in a checkout as this one is "
            f"(python -m dask worker {address} --nthreads 1)"
        )


def digest_project() -> str:
    """The digest of the library as it lies on disk."""
    return digest_files(sorted(Path(str(tagger.__file__)).parent.rglob("*.py")))
