"""Fetch questions from the chosen source, one file per creation month: `python -m stages.fetch`."""

import os
from pathlib import Path
from typing import Any

from stages.script import run
from tagger.engine import Engine
from tagger.params import choose_module, parse_section
from tagger.sources.base import FetchParams, Request
from tagger.spool import spool_months


def main(params: dict[str, Any], engine: Engine) -> str:
    fetch = parse_section(FetchParams, params.get("fetch"), "fetch")
    source = choose_module("tagger.sources", fetch.source, "fetch.source")
    settings = parse_section(source.Params, params.get("sources", {}).get(fetch.source), f"sources.{fetch.source}")
    request = Request(
        first=fetch.first,
        last=fetch.last,
        path=Path(fetch.path),
        cache=Path(os.environ.get("TAGGER_CACHE", ".cache/downloads")),
        key=os.environ.get("STACKEXCHANGE_KEY") or None,
    )
    batches = engine.watch(source.read(settings, request), None, "fetch")
    counts = spool_months(batches, Path("data/raw"), fetch.first, fetch.last, request.passed)
    filled = sum(1 for count in counts.values() if count)
    return f"{sum(counts.values()):,} questions in {filled} of {len(counts)} months from {fetch.source}"


if __name__ == "__main__":
    run("fetch", main)
