"""By which name the service is asked, and from which site's page: what browsers tell, and pages cannot change."""

import ipaddress
import os
import re
import socket
from collections.abc import Collection, Mapping

LOCAL = ("localhost", "127.0.0.1", "[::1]")
ANY = "*"
HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])?(:[0-9]{1,5})?")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN = frozenset({b"same-origin", b"none"})


def is_local(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def find_host(descriptor: int, unknown: str) -> str:
    """The address at which an open socket listens; `unknown` where it is none, or one of this machine's files."""
    try:
        with socket.socket(fileno=os.dup(descriptor)) as listener:
            name = listener.getsockname()
    except OSError:
        return unknown
    return str(name[0]) if isinstance(name, tuple) else unknown


def is_served(host: bytes, names: Collection[str]) -> bool:
    """Whether a Host header has one of some names, its port aside. A name of another's that leads here has none."""
    shape = HOST.fullmatch(host.decode("latin-1").lower())
    return shape is not None and (ANY in names or shape[1] in names)


def is_foreign(headers: Mapping[bytes, bytes], origins: Collection[str]) -> bool:
    """Whether a page of a site that was not let in sends this. Clients other than browsers send no Origin."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin in origins or ANY in origins:
        return False
    if site := headers.get(b"sec-fetch-site"):
        return site not in OWN
    # Browsers leave Sec-Fetch-Site out over plain HTTP, but on loopback.
    return bool(origin) and origin.partition("://")[2] != headers.get(b"host", b"").decode("latin-1")
