"""Workers: copies of a process that has imported all they need, which end with it; `run` serves with one or several."""

import ctypes
import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from multiprocessing import Pipe, get_context
from pathlib import Path

import uvicorn
from uvicorn.supervisors import multiprocess

from service import metrics
from service.listening.seats import Seat
from service.listening.server import Server, bind_sockets, find_gate
from service.settings import Settings, read_settings
from tagger.errors import TaggerError

ONE, OF_SEVERAL = "service.app:create_app", "service.listening.worker:create_worker"
PR_SET_PDEATHSIG = 1


class Worker(multiprocess.Process):
    """One of several, with a server of ours.

    uvicorn's own is an interpreter that imports anew. A copy is safe: when it is made no thread has been started and no
    model is loaded.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        self.config = config
        self._server: Server | None = None
        self.parent_conn, self.child_conn = Pipe()
        self.process = get_context("fork").Process(target=self.begin, args=(sockets,))  # type: ignore[assignment]

    def begin(self, sockets: list[socket.socket]) -> None:
        """In the copy."""
        end_with_parent()
        with suppress(KeyboardInterrupt):
            self.target(sockets)

    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = Server(self.config, find_gate(read_settings()))
        return self._server


def run(config: uvicorn.Config, settings: Settings) -> None:
    """Serve until a signal comes. Raises TaggerError."""
    sockets = bind_sockets(settings, config)
    if settings.workers == 1:
        with suppress(KeyboardInterrupt):
            Server(config, find_gate(settings)).run(sockets)
        return
    import service.app  # noqa: F401

    metrics.forget_own()
    # uvicorn leaves no choice of what its workers are made.
    multiprocess.Process = Worker  # type: ignore[misc]
    multiprocess.Multiprocess(config, sockets).run()


def create_worker() -> object:
    """The application of one of several workers, which does not leave as long as others serve."""
    from service.app import create_app

    seat = Seat(Path(os.environ[metrics.FOLDER]))
    try:
        return create_app()
    except TaggerError as error:
        sys.stderr.write(f"service: {error}\n")
    except Exception:
        logging.getLogger("service.worker").exception("a worker cannot start")
    sys.exit(seat.leave())


def end_with_parent() -> None:
    """An orphan would keep the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
