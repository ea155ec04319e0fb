"""Responses made by orjson: a fraction of the time of FastAPI's own way, which validates what it sends."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response


class JsonReply(Response):
    """Bytes of JSON."""

    media_type = "application/json"


def reply(values: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> JsonReply:
    """Values as a response. Lone surrogates, which UTF-8 cannot say, are refused before they get here."""
    return JsonReply(orjson.dumps(values), status, headers)
