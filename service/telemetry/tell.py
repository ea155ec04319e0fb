"""What is told of a request: the span around it, and a line of its own where one is wanted."""

import logging
import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from starlette.types import Scope

from service.telemetry.calls import Call
from service.telemetry.spans import NOTHING, Switch, serve_span

# Whoever watches asks for these every few seconds: only a failure is worth telling.
PROBES = {"/healthz", "/readyz", "/metrics"}
logger = logging.getLogger("service.access")


class Teller:
    """`share` of the requests that did not fail get a line."""

    def __init__(self, share: float) -> None:
        self.share = share

    def serve(self, scope: Scope, call: Call) -> AbstractContextManager[Any]:
        """The span of a request."""
        return NOTHING if call.route in PROBES else serve_span(scope, call)

    @contextmanager
    def live(self) -> Iterator[None]:
        """The server would log a start that fails as text, with what the exception says."""
        try:
            yield
        except Exception:
            logger.exception("the application did not start or end as it should")
            raise

    def tell(self, call: Call) -> None:
        """Measure it; log a failure always, the rest by chance. The server logs what raised, with its places."""
        if Switch.measure is not None:
            Switch.measure(call)
        if call.status >= 500:
            logger.error("request failed")
        elif self.share and call.route not in PROBES and random.random() < self.share:  # noqa: S311
            logger.info("request answered")
