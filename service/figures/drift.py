"""What the followed months came to: the latest verdict and its trend, from the records of stage drift."""

import logging
from pathlib import Path
from typing import Any

from tagger.errors import TaggerError
from tagger.io import read_json

MOST_MONTHS = 24
logger = logging.getLogger("uvicorn.error")


class Drift:
    """Reads a folder of records (metrics/drift/YYYY-MM.json) anew where a file has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: list[tuple[str, int]] = []
        self.told: dict[str, Any] | None = None

    def read(self) -> dict[str, Any] | None:
        """The latest month and the trend; None where there is none, or none that can be read."""
        try:
            paths = sorted(self.folder.glob("[0-9]*.json"))[-MOST_MONTHS:]
            found = [(path.name, path.stat().st_mtime_ns) for path in paths]
            if found != self.seen:
                self.told = describe([read_json(path)[0] for path in paths]) if paths else None
                self.seen = found
        except (TaggerError, OSError, ValueError, LookupError, TypeError) as error:
            logger.warning("%s cannot be read: %s", self.folder, error)
            return None
        return self.told


def describe(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Months in their order, and the last one in words."""
    last = records[-1]
    return {
        "month": last["month"],
        "verdict": last["verdict"],
        "reasons": last["reasons"],
        "actions": last["actions"],
        "open": [change["reason"] for change in last["open"]],
        "months": [describe_month(record) for record in records],
    }


def describe_month(record: dict[str, Any]) -> dict[str, Any]:
    """A month's verdict and micro-F1 with its interval, the one to expect where there are no labels; null where it had
    no questions."""
    estimate = record.get("estimate") or {}
    found = (record.get("quality") or {}).get("f1_micro") or estimate | {"value": estimate.get("f1_micro")}
    figures = {"f1_micro": found.get("value"), "low": found.get("low"), "high": found.get("high")}
    return {"month": record["month"], "verdict": record["verdict"], **figures}
