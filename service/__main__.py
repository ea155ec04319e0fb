"""Start the service: `python -m service`, or `make serve`. docs/service.md has the settings."""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from service.checks import check_model, make_folder, open_ring
from service.listening.seats import are_empty
from service.settings import Settings, read_settings
from service.telemetry.logs import make_config
from service.versions.plan import read_plan
from tagger.errors import TaggerError

METRICS = "PROMETHEUS_MULTIPROC_DIR"


def main() -> None:
    # uvicorn ends by the signal that ended it, and what has no handler cleans nothing up.
    signal.signal(signal.SIGTERM, leave)
    folder = make_metrics_folder()
    try:
        serve(read_settings())
        if are_empty(folder):
            sys.exit("service: no worker could start; a line above says why")
    except TaggerError as error:
        sys.stderr.write(f"service: {error}\n")
        sys.exit(error.exit_code)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def leave(*_: object) -> None:
    """End as asked."""
    sys.exit(0)


def serve(settings: Settings) -> None:
    """Run workers until a signal comes. Raises TaggerError."""
    import uvicorn

    from service.listening.protocol import Protocol
    from service.listening.server import KEEP_ALIVE
    from service.listening.worker import OF_SEVERAL, ONE, run
    from service.telemetry import start as telemetry

    telemetry.check()
    # Told here, it is told once, and before the port is there.
    open_ring(settings)
    if settings.workers > 1:
        make_folder(settings.state)
        if read_plan(settings.state).champion is None:
            check_model(settings.model)
    config = uvicorn.Config(
        ONE if settings.workers == 1 else OF_SEVERAL,
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


def make_metrics_folder() -> Path:
    """Where the workers count: in memory where it can be, since a full disk would end who writes to a mapped file."""
    shared = Path("/dev/shm")  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="tagger-metrics-", dir=shared if os.access(shared, os.W_OK) else None))
    os.environ[METRICS] = str(folder)
    return folder


if __name__ == "__main__":
    main()
