"""Start the service: `python -m service`, or `make serve`. docs/service.md has the settings."""

import ctypes
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from service.checks import check_model, make_folder
from service.settings import Settings, read_settings
from tagger.errors import TaggerError

METRICS = "PROMETHEUS_MULTIPROC_DIR"
PR_SET_PDEATHSIG = 1


def main() -> None:
    # uvicorn ends by the signal that ended it, and what has no handler cleans nothing up.
    signal.signal(signal.SIGTERM, leave)
    folder = make_metrics_folder()
    try:
        serve(read_settings())
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

    if settings.workers > 1:
        # A worker that cannot start is started again, and again: look before.
        make_folder(settings.state)
        check_model(settings.model)
    config = uvicorn.Config(
        "service.app:create_app" if settings.workers == 1 else "service.__main__:create_worker",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=10,
    )
    run(config, settings)


def create_worker() -> object:
    """The application in a worker, which ends with its parent: an orphan would keep the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    from service.app import create_app

    try:
        return create_app()
    except TaggerError as error:
        sys.exit(fail(error))


def make_metrics_folder() -> Path:
    """Where the workers count: in memory where it can be, since a full disk would end who writes to a mapped file."""
    shared = Path("/dev/shm")  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="tagger-metrics-", dir=shared if os.access(shared, os.W_OK) else None))
    os.environ[METRICS] = str(folder)
    return folder


if __name__ == "__main__":
    main()
