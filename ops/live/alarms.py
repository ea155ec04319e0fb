"""Prometheus and Alertmanager beside the service, and what they tell the webhook, with its time."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ops.live.sshd import HOST, find_port
from ops.receiver import Alerts, Receiver
from tagger.errors import TaggerError

ROOT = Path(__file__).parents[2]
SIGN = "Ctrl-C ends it"
SECONDS_TO_START = 60


class AlarmsError(TaggerError):
    """Nothing watches, or an alarm does not come."""


class Alarm(NamedTuple):
    """As it arrived; `at` is of the monotonic clock, `status` firing or resolved."""

    at: float
    name: str
    status: str
    summary: str


class Alarms:
    """What the webhook was sent."""

    def __init__(self) -> None:
        self.arrived: list[Alarm] = []
        self.changed = threading.Condition()

    def take(self, sent: Alerts) -> None:
        with self.changed:
            for alert in sent["alerts"]:
                words = alert["labels"]["alertname"], alert["status"], alert["annotations"]["summary"]
                self.arrived.append(Alarm(time.monotonic(), *words))
            self.changed.notify_all()

    def wait(self, name: str, status: str, seconds: float, summary: str = "") -> Alarm:
        """The first such, also one that is there already. Raises AlarmsError."""

        def find() -> Alarm | None:
            wanted = (name, status)
            return next((each for each in self.arrived if each[1:3] == wanted and summary in each.summary), None)

        with self.changed:
            found = self.changed.wait_for(find, seconds)
        if found is None:
            raise AlarmsError(f"{name} is not {status} after {seconds:.0f} s; what came: {self.arrived}")
        return found


@contextmanager
def watching(port: int, key: Path, folder: Path) -> Iterator[Alarms]:
    """`python -m ops.monitoring` until the block ends. Raises AlarmsError."""
    alarms = Alarms()
    folder.mkdir()
    log = folder / "monitoring.log"
    with Receiver(alarms.take) as receiver, log.open("w", encoding="utf-8") as file:
        ports = [f"--{name}={find_port()}" for name in ("prometheus", "alertmanager")]
        places = [f"--service={HOST}:{port}", f"--key={key}", f"--webhook={receiver.url}", f"--folder={folder}"]
        command = [sys.executable, "-m", "ops.monitoring", *ports, *places]
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)
        try:
            wait_until_started(process, log)
            yield alarms
        finally:
            process.terminate()
            process.wait()


def wait_until_started(process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Raises AlarmsError."""
    end = time.monotonic() + SECONDS_TO_START
    while SIGN not in (said := log.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > end:
            raise AlarmsError(f"nothing watches: {said.strip() or 'it says nothing'}")
        time.sleep(0.1)
