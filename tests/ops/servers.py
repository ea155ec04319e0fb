"""Places that a remote can be, each a real server on loopback: a folder, moto's S3, Debian's OpenSSH."""

import getpass
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import httpx

from ops.live.sshd import sshd
from tests.clone import Clone
from tests.searches import find_port, kill, start

BUCKET, KEY, SECRET = "questions", "testing", "not-to-be-shown"
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Place:
    """`url` and `words` are for ops.remote, `measure` gives the files and bytes that lie there, and `own` are the
    commands by which a person gives credentials to a clone."""

    url: str
    measure: Callable[[], tuple[int, int]]
    words: str = ""
    own: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def log_in(self, clone: Clone) -> None:
        """Give a clone what is not in git."""
        clone.extra |= self.environment
        for command in self.own:
            clone.run(command)


@contextmanager
def folder(scratch: Path) -> Iterator[Place]:
    """A folder beside the repository."""
    yield Place(f"{scratch}/storage", lambda: measure_folder(scratch / "storage"))


@contextmanager
def s3(scratch: Path) -> Iterator[Place]:
    """moto's S3 server with a bucket."""
    port = find_port()
    endpoint = f"http://127.0.0.1:{port}"
    process = start_logging(f"{sys.executable} -m moto.server -H 127.0.0.1 -p {port}", scratch)
    try:
        wait_for(lambda: httpx.get(endpoint).is_success, process)
        secrets = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": "us-east-1"}
        client = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET
        )
        client.create_bucket(Bucket=BUCKET)
        own = (f"dvc remote modify --local storage endpointurl {endpoint}",)
        words = f"--endpoint-url {endpoint}"
        yield Place(f"s3://{BUCKET}/tagger", lambda: measure_bucket(client), words, own, secrets)
    finally:
        kill(process)


@contextmanager
def ssh(scratch: Path) -> Iterator[Place]:
    """A folder behind sshd."""
    with sshd(scratch) as port:
        url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{scratch}/storage"
        own = (f"dvc remote modify --local storage keyfile {scratch}/user",)
        yield Place(url, lambda: measure_folder(scratch / "storage"), own=own)


def start_logging(command: str, scratch: Path) -> subprocess.Popen:
    """A server that leads a group and says what it does in a file: a pipe that nobody reads would stop it."""
    return start(["bash", "-c", f"exec {command} > {scratch}/server.log 2>&1"], scratch)


def wait_for(ready: Callable[[], bool], process: subprocess.Popen) -> None:
    """Return when a server answers."""
    end = time.monotonic() + SECONDS_TO_START
    while True:
        assert process.poll() is None, "the server ended: see server.log"
        try:
            if ready():
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < end
        time.sleep(0.2)


def measure_folder(path: Path) -> tuple[int, int]:
    """Files in a folder and their bytes."""
    sizes = [file.stat().st_size for file in path.rglob("*") if file.is_file()]
    return len(sizes), sum(sizes)


def measure_bucket(client) -> tuple[int, int]:
    """Objects in the bucket and their bytes."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    sizes = [each["Size"] for page in pages for each in page.get("Contents", [])]
    return len(sizes), sum(sizes)
