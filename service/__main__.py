"""Start the service: `python -m service`, or `make serve`. docs/service.md has the settings."""

import ctypes
import logging
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from service.checks import check_model, make_folder, open_ring
from service.seats import Seat, are_empty
from service.settings import Settings, read_settings
from service.telemetry.logs import make_config
from service.versions.plan import read_plan
from tagger.errors import TaggerError

METRICS = "PROMETHEUS_MULTIPROC_DIR"
PR_SET_PDEATHSIG = 1


def main() -> None:
    # uvicorn ends by the signal that ended it, and what has no handler cleans nothing up.
    signal.signal(signal.SIGTERM, leave)
    folder = make_metrics_folder()
    try:
        serve(read_settings())
        if are_empty(folder):
            sys.exit("service: no worker could start; a line above says why")
    except TaggerError as error:
        sys.exit(fail(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def leave(*_: object) -> None:
    """End as asked."""
    sys.exit(0)


def fail(error: TaggerError) -> int:
    """Say why in one line; the exit code."""
    sys.stderr.write(f"service: {error}\n")
    return error.exit_code


def serve(settings: Settings) -> None:
    """Run workers until a signal comes. Raises TaggerError."""
    import uvicorn

    from service.listening import KEEP_ALIVE, run
    from service.protocol import Protocol
    from service.telemetry import start as telemetry

    telemetry.check()
    # Told here, it is told once, and before the port is there.
    open_ring(settings)
    if settings.workers > 1:
        make_folder(settings.state)
        if read_plan(settings.state).champion is None:
            check_model(settings.model)
        share_imports()
    config = uvicorn.Config(
        "service.app:create_app" if settings.workers == 1 else "service.__main__:create_worker",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http=Protocol,
        ws="none",
        log_config=make_config(settings.log_format, settings.log_level),
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=10,
    )
    run(config, settings)


def share_imports() -> None:
    """Import once, and let workers begin as copies of this process: uvicorn's would be interpreters that import anew.

    No thread has been started yet and no model is loaded, so that there is nothing that a copy could break.
    """
    from uvicorn import _subprocess

    import service.app  # noqa: F401
    from service import metrics

    metrics.forget_own()
    _subprocess.spawn = multiprocessing.get_context("fork")  # type: ignore[assignment]


def create_worker() -> object:
    """The application in a worker, which ends with its parent: an orphan would keep the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    from service.app import create_app

    seat = Seat(Path(os.environ[METRICS]))
    try:
        return create_app()
    except TaggerError as error:
        fail(error)
    except Exception:
        logging.getLogger("service.worker").exception("a worker cannot start")
    sys.exit(seat.leave())


def make_metrics_folder() -> Path:
    """Where the workers count: in memory where it can be, since a full disk would end who writes to a mapped file."""
    shared = Path("/dev/shm")  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="tagger-metrics-", dir=shared if os.access(shared, os.W_OK) else None))
    os.environ[METRICS] = str(folder)
    return folder


if __name__ == "__main__":
    main()
