"""Prometheus and Alertmanager on loopback, as deploy/ sets them up: `python -m ops.monitoring`, or `make monitoring`.

They watch the service that `make serve` started and say here what rings. What they know is kept in .cache/monitoring.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from ops.receiver import HOST, Receiver, tell
from tagger.errors import TaggerError

DEPLOY = Path(__file__).parent.parent / "deploy"
PROGRAMS = {"prometheus": "prometheus", "prometheus-alertmanager": "alertmanager"}
SECONDS_TO_START = 30
SECONDS_TO_STOP = 10


class MonitoringError(TaggerError):
    """Something that is needed is not there, or does not start."""


def main(arguments: Sequence[str] | None = None) -> None:
    given = read_arguments(arguments)
    # As by Ctrl-C, so that both end with this.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        watch(given)
    except TaggerError as error:
        sys.stderr.write(f"monitoring: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        pass


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.monitoring", description="Watch a service that runs here")
    parser.add_argument("--service", default=f"{HOST}:8000", help="host and port of the service")
    parser.add_argument("--key", type=Path, help="a file with a key of role operate, where the service has keys")
    parser.add_argument("--prometheus", type=int, default=9090, help="port")
    parser.add_argument("--alertmanager", type=int, default=9093, help="port")
    parser.add_argument("--webhook", help="URL that alarms are sent to; else they are printed")
    parser.add_argument("--folder", type=Path, default=Path(".cache/monitoring"), help="what is known is kept here")
    return parser.parse_args(arguments)


def watch(given: argparse.Namespace) -> None:
    """Run both until one ends or somebody presses Ctrl-C. Raises MonitoringError."""
    programs = find_programs()
    with ExitStack() as stack:
        receiver = given.webhook or stack.enter_context(Receiver(tell)).url
        render(given, receiver)
        started = [stack.enter_context(Program(words)) for words in list_commands(programs, given)]
        for name, port in (("prometheus", given.prometheus), ("alertmanager", given.alertmanager)):
            wait_until_ready(f"http://{HOST}:{port}/-/ready", started)
            print(f"{name}: http://{HOST}:{port}", flush=True)
        print(f"watching {given.service}; Ctrl-C ends it", flush=True)
        while all(program.process.poll() is None for program in started):
            time.sleep(0.5)
        raise MonitoringError(f"a program ended: {given.folder}/*.log says why")


def find_programs() -> list[str]:
    """Their paths. Raises MonitoringError."""
    # Debian calls it otherwise than its makers do.
    found = [shutil.which(name) or shutil.which(other) for name, other in PROGRAMS.items()]
    if None in found:
        raise MonitoringError(f"Prometheus is not installed: apt-get install {' '.join(PROGRAMS)}")
    return [path for path in found if path]


def render(given: argparse.Namespace, receiver: str) -> None:
    """The files of deploy/ with the addresses of this machine. Raises MonitoringError."""
    if given.key and not given.key.is_file():
        raise MonitoringError(f"{given.key} is no file: write a key into it, of `python -m service.keys add`")
    config = read_yaml("prometheus/prometheus.yml")
    config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"{HOST}:{given.alertmanager}"]
    (job,) = config["scrape_configs"]
    job["static_configs"][0]["targets"] = [given.service]
    del job["authorization"]
    if given.key:
        job["authorization"] = {"credentials_file": str(given.key.absolute())}
    told = read_yaml("alertmanager/alertmanager.yml")
    told["receivers"][0]["webhook_configs"][0]["url"] = receiver
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("prometheus.yml", config), ("alertmanager.yml", told)):
        (given.folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    shutil.copy(DEPLOY / "prometheus/alerts.yml", given.folder)


def read_yaml(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def list_commands(programs: Sequence[str], given: argparse.Namespace) -> list[list[str]]:
    """How each is started: on loopback alone, by itself."""
    folder = given.folder
    prometheus, alertmanager = programs
    return [
        [
            prometheus,
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/prometheus",
            f"--web.listen-address={HOST}:{given.prometheus}",
        ],
        [
            alertmanager,
            f"--config.file={folder}/alertmanager.yml",
            f"--storage.path={folder}/alertmanager",
            f"--web.listen-address={HOST}:{given.alertmanager}",
            "--cluster.listen-address=",
        ],
    ]


class Program:
    """A process that ends with the block; what it says goes to a file beside its configuration."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        config = Path(words[1].partition("=")[2])
        self.log = config.with_suffix(".log")

    def __enter__(self) -> "Program":
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.words, stdout=log, stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def wait_until_ready(url: str, programs: Sequence[Program]) -> None:
    """Raises MonitoringError."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        for program in programs:
            if program.process.poll() is not None:
                raise MonitoringError(f"{program.words[0]} ended: {read_last(program.log)}")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise MonitoringError(f"{url} did not answer within {SECONDS_TO_START} s: is the port another's?")


def read_last(log: Path) -> str:
    """Its last line."""
    return (log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it says nothing"])[-1]


if __name__ == "__main__":
    main()
