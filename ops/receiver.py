"""A webhook on loopback that takes what Alertmanager sends."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
Alerts = dict[str, Any]


class Receiver:
    """A webhook on a free port of loopback that hands what Alertmanager sends to a function."""

    def __init__(self, take: Callable[[Alerts], None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Not each request."""

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> "Receiver":
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def tell(sent: Alerts) -> None:
    """A line for each alarm."""
    for alert in sent["alerts"]:
        labels, words = alert["labels"], alert["annotations"]
        said = f"{alert['status']} {labels['severity']} {labels['alertname']}: {words['summary']}"
        print(f"{time.strftime('%H:%M:%S')} {said} ({words['runbook_url']})", flush=True)
