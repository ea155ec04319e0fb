"""Log lines: a JSON object each, or text, made of the fields that may be told and of no others.

Nobody's text gets into them. An exception is told by its kind and its places, since its message may repeat what was
sent; of what a library says, the words that it says always.
"""

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Literal

import orjson

from service.telemetry.calls import current

Style = Literal["auto", "json", "text"]
FIELDS = ("route", "status", "seconds", "version", "caller", "key_name", "count", "reason")
OURS = ("service", "uvicorn")
MOST_FRAMES = 40
SECONDS_BETWEEN = 60.0


def make_config(style: Style, level: str) -> dict[str, Any]:
    """For logging.config, and for workers, which get it with their settings. `auto`: text where somebody looks on."""
    chosen = ("text" if sys.stderr.isatty() else "json") if style == "auto" else style
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": {"json": Json, "text": Text}[chosen]}},
        "filters": {"sparse": {"()": Sparse}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["sparse"]}},
        # Of libraries no more than warnings: SQLAlchemy would tell statements with their values.
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {name: {"level": level.upper()} for name in OURS},
    }


def describe(record: logging.LogRecord) -> dict[str, Any]:
    """What may be told of a record, the time first."""
    call = current.get()
    told: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": read_message(record),
    }
    told |= call.describe() if call else {}
    told |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
    if record.exc_info and (error := record.exc_info[1]):
        told |= {"exception": name_kind(error), "stack": list(list_places(error))}
    return told


def read_message(record: logging.LogRecord) -> str:
    """The first line; of a library's, what it says whatever its arguments are."""
    message = record.getMessage() if is_ours(record.name) else str(record.msg)
    return message.partition("\n")[0]


def is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS


def name_kind(error: BaseException) -> str:
    """An exception's class."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def list_places(error: BaseException) -> Iterator[str]:
    """Where an exception was raised, the innermost last; then what caused it."""
    frames = list(traceback.walk_tb(error.__traceback__))[-MOST_FRAMES:]
    for frame, line in frames:
        code = frame.f_code
        yield f"{'/'.join(PurePath(code.co_filename).parts[-3:])}:{line} {code.co_qualname}"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield f"caused by {name_kind(cause)}"
        yield from list_places(cause)


class Json(logging.Formatter):
    """A line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        return orjson.dumps(describe(record), default=str).decode()


class Text(logging.Formatter):
    """A line for people, the places of an exception below it."""

    def format(self, record: logging.LogRecord) -> str:
        told = describe(record)
        head = f"{told.pop('time')} {told.pop('level'):<7} {told.pop('logger')}: {told.pop('message')}"
        places = told.pop("stack", ())
        pairs = "".join(f" {name}={value}" for name, value in told.items())
        return "\n    ".join((head + pairs, *places))


class Sparse(logging.Filter):
    """The same from a library once a minute: an exporter says each time that its collector is away."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if is_ours(record.name):
            return True
        key = (record.name, str(record.msg)[:100])
        now = time.monotonic()
        if now - self.said.get(key, -SECONDS_BETWEEN) < SECONDS_BETWEEN:
            return False
        self.said[key] = now
        return True
