"""The failures that routes document."""

from typing import Any

from service.schemas import Failure

Failures = dict[int | str, dict[str, Any]]

BODY_FAILURES: Failures = {
    400: {"model": Failure, "description": "The body is no JSON, or ended early"},
    408: {"model": Failure, "description": "The body did not come in time"},
    413: {"model": Failure, "description": "The body is too large"},
    415: {"model": Failure, "description": "The body is something else than JSON"},
    422: {"model": Failure, "description": "A value is not what the schema wants"},
    429: {"model": Failure, "description": "Too many questions wait already"},
}
