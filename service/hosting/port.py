"""The listening socket of a host, systemd's or one of our own."""

import os
import socket
import sys

BACKLOG = 2048
FIRST_OF_SYSTEMD = 3


def open_port(settings: dict[str, str]) -> socket.socket:
    """systemd's socket where it gives one, else one of our own; it listens once something is there to answer."""
    if os.environ.get("LISTEN_PID") == str(os.getpid()):
        return socket.socket(fileno=FIRST_OF_SYSTEMD)
    host, port = settings.get("TAGGER_HOST", "127.0.0.1"), int(settings.get("TAGGER_PORT", "8000"))
    held = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
    except OSError as error:
        sys.exit(
            f"holder: {host}:{port} cannot be had ({error.strerror}): set TAGGER_PORT in settings.env to a free one"
        )
    return held
