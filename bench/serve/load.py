"""Load by wrk, and what a server's processes take meanwhile."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger.errors import TaggerError

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
SCRIPT = """bodies = {{ {} }}
next_body = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  next_body = next_body % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[next_body])
end
"""
SECONDS_TO_START = 180


@dataclass(frozen=True)
class Load:
    """Requests, how many a second, milliseconds of the median and of 99%, answers that were none."""

    requests: int
    rate: float
    median: float
    p99: float
    failed: int


def write_script(path: Path, bodies: Sequence[Any]) -> None:
    """A script for wrk that sends one body after the other."""
    quoted = (f"[==[{json.dumps(body)}]==]" for body in bodies)
    path.write_text(SCRIPT.format(", ".join(quoted)), encoding="utf-8")


def run_wrk(url: str, script: Path, connections: int, seconds: float) -> Load:
    """Load a URL. Raises TaggerError where wrk is not there."""
    options = ["-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "60s", "--latency", "-s", str(script)]
    try:
        said = subprocess.run(["wrk", *options, url], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError as error:
        raise TaggerError("wrk is not installed: apt-get install wrk") from error
    failed = sum(int(count) for count in re.findall(r"Non-2xx or 3xx responses: (\d+)", said))
    count, rate = int(find(r"(\d+) requests in", said)), float(find(r"Requests/sec:\s+([\d.]+)", said))
    return Load(count, rate, read_time("50%", said), read_time("99%", said), failed)


def find(pattern: str, said: str) -> str:
    """What wrk says of something. Raises TaggerError."""
    found = re.search(pattern, said)
    if found is None:
        raise TaggerError(f"wrk says nothing of {pattern}: {said[-300:]}")
    return found[1]


def read_time(share: str, said: str) -> float:
    """Milliseconds within which a share of the answers came."""
    told = find(rf"{share}\s+([\d.]+[a-z]+)", said)
    number = told.rstrip("".join(UNITS))
    return float(number) * UNITS[told.removeprefix(number)]


@contextmanager
def serving(command: Sequence[str], url: str, environment: Mapping[str, str]) -> Iterator[tuple[int, float]]:
    """A server until the block ends: its process, and the seconds until `url` answered. Raises TaggerError."""
    if answers(url):
        raise TaggerError(f"{url} answers before the server is started: stop what listens there")
    start = time.perf_counter()
    with subprocess.Popen(
        command,
        env=os.environ | environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            while not answers(url):
                if process.poll() is not None or time.perf_counter() - start > SECONDS_TO_START:
                    raise TaggerError(f"{' '.join(command)} does not start: run it by hand to see why")
                time.sleep(0.005)
            yield process.pid, time.perf_counter() - start
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def answers(url: str) -> bool:
    """Whether a server answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - a URL of loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def ask(url: str, body: Any) -> None:
    """One request, however long its answer takes: the first one may compile."""
    head = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), head)  # noqa: S310 - a URL of loopback
    with urllib.request.urlopen(request, timeout=SECONDS_TO_START) as answer:  # noqa: S310
        answer.read()


def read_memory(process: int) -> float:
    """Megabytes that a process and its children hold (proportional set size)."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    own = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
    return int(own[1]) / 1024 + sum(map(read_memory, map(int, children))) if own else 0.0
