"""Debian's OpenSSH server on loopback, for one user and as long as a block lasts."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tagger.errors import TaggerError

SSHD = Path("/usr/sbin/sshd")
HOST = "127.0.0.1"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10
CONFIG = """ListenAddress {host}:{port}
HostKey {scratch}/host
AuthorizedKeysFile {scratch}/user.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
"""


class SshdError(TaggerError):
    """The server is not there, or does not start."""


def find_port() -> int:
    """A free one of loopback."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def check_sshd() -> None:
    """Raises SshdError where it is not installed."""
    if not SSHD.exists():
        raise SshdError(f"{SSHD} is not there: apt-get install openssh-server")


@contextmanager
def sshd(scratch: Path) -> Iterator[int]:
    """A server with a host key of its own, `host`, that lets in one key, `user`, both in scratch; its port.

    Raises SshdError.
    """
    check_sshd()
    port = find_port()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", scratch / name], check=True)
    (scratch / "sshd_config").write_text(CONFIG.format(host=HOST, port=port, scratch=scratch), encoding="utf-8")
    if os.getuid() == 0:
        # Where sshd, started by root, drops to; Debian's service makes it.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    log = scratch / "sshd.log"
    with log.open("w", encoding="utf-8") as file:
        command = [str(SSHD), "-D", "-e", "-f", f"{scratch}/sshd_config"]
        server = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)
    try:
        wait_until_open(port, server, log)
        yield port
    finally:
        server.terminate()
        server.wait(SECONDS_TO_STOP)


def wait_until_open(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when it shows its host key. Raises SshdError."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        found = subprocess.run(["ssh-keyscan", "-p", str(port), HOST], capture_output=True, text=True, check=False)
        if "ssh-ed25519" in found.stdout:
            return
        time.sleep(0.1)
    raise SshdError(f"sshd does not answer: {log} says why")


def write_known_hosts(scratch: Path, port: int) -> str:
    """The file `known_hosts` in scratch; the options of ssh and scp by which the server is reached."""
    key = " ".join((scratch / "host.pub").read_text(encoding="utf-8").split()[:2])
    (scratch / "known_hosts").write_text(f"[{HOST}]:{port} {key}\n", encoding="utf-8")
    return f"-F none -o Port={port} -o IdentityFile={scratch}/user -o UserKnownHostsFile={scratch}/known_hosts"
