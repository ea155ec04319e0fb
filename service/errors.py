"""What is answered when a request cannot be: a status and one line, as JSON."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from service.replies import reply
from tagger.errors import TaggerError

# A body can break thousands of rules: the first ones tell enough.
MOST_PROBLEMS = 3
LONGEST_VALUE = 60


class RefusedError(TaggerError):
    """A request that is not answered; `status` is HTTP's."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {name.lower().replace("_", "-"): value for name, value in headers.items()}


def handle_errors(app: FastAPI) -> None:
    """Answer every error with {"error": ...}."""
    app.add_exception_handler(RefusedError, answer_refused)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(Exception, answer_failure)


async def answer_refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, RefusedError)  # noqa: S101
    return reply({"error": str(error)}, error.status, error.headers)


async def answer_http(request: Request, error: Exception) -> Response:
    """Unknown paths and methods."""
    assert isinstance(error, HTTPException)  # noqa: S101
    # A long path is not repeated, and an odd one only as it was sent.
    where = f"{request.method} {quote(request.scope['path'])[:LONGEST_VALUE]}"
    return reply({"error": f"{where}: {error.detail}; see /docs"}, error.status_code, dict(error.headers or {}))


async def answer_failure(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """A mistake of ours: the log says which."""
    return reply({"error": "the service failed; its log says how"}, 500)


def explain_problems(problems: Sequence[Any]) -> str:
    """What pydantic found wrong with a body, in one line."""
    told = [explain_problem(problem) for problem in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        told.append(f"and {len(problems) - MOST_PROBLEMS} more")
    return "; ".join(told)


def explain_problem(problem: Any) -> str:
    """One problem: where, what was found, what is wanted."""
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"{where} is missing"
    if problem["type"] == "extra_forbidden":
        return f"{where[:LONGEST_VALUE]} is unknown"
    value = repr(problem["input"])
    found = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}..."
    return f"{where or 'the body'} is {found}: {problem['msg'].removeprefix('Input ').removeprefix('Value error, ')}"
