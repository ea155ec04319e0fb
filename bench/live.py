"""The followed months asked through the service and judged without labels, beside their labels: `python -m bench.live`.

Needs data, model and metrics of a run with `drift.source: followed`. Prints a Markdown table; the questions of a month
are asked over HTTP, dated into that month in the service's database, exported, and read as stage drift reads them.
"""

import json
import sqlite3
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from bench.estimates import show, show_change, show_interval
from bench.results import format_table
from bench.serve.load import serving
from service.export.traffic import export_traffic
from stages.following import load_model
from stages.script import read_params
from stages.traffic import list_asked, walk_asked
from tagger.drift.params import DriftParams
from tagger.drift.record import Record
from tagger.io import read_json, read_months
from tagger.params import parse_section
from tagger.splits import Plan

HEAD = ("month", "with labels", "without", "measured (95%)", "estimated (range)", "error", "reason without labels")
PORT = 8765
AT_ONCE = 32
SECONDS = 60


def main() -> None:
    plan = Plan(**read_json(Path("data/split/plan.json")))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/service.db"
        ask_months(plan.followed, Path(folder))
        print(export_traffic(url, Path(folder)), file=sys.stderr)
        values = read_params(Path("params.yaml"))["drift"] | {"source": "service", "traffic": folder}
        drift = parse_section(DriftParams, values, "drift")
        steps = walk_asked(list_asked(plan, drift), load_model(plan, drift), drift)
        records = [step.record for step in steps]
    labelled = [read_json(Path(f"metrics/drift/{record.month}.json"))[0] for record in records]
    print("\n".join(describe_months(labelled, records)))


def ask_months(months: Sequence[str], folder: Path) -> None:
    """Ask a service, which keeps what it is asked in a folder, the questions of each month."""
    address = f"http://127.0.0.1:{PORT}"
    settings = {"TAGGER_PORT": str(PORT), "TAGGER_STATE": str(folder), "TAGGER_KEEP_DAYS": "36500"}
    asked = 0
    with serving([sys.executable, "-m", "service"], f"{address}/readyz", settings):
        for month in months:
            questions = read_months(Path("data/raw"), [month])[["title", "body"]]
            asked, since = asked + len(questions), datetime.now(UTC)
            for start in range(0, len(questions), AT_ONCE):
                ask(f"{address}/v1/tags/batch", questions.iloc[start : start + AT_ONCE])
            date_latest(folder / "service.db", since, f"{month}-15", asked)


def ask(url: str, questions: pd.DataFrame) -> None:
    """One request of several questions."""
    body = json.dumps({"questions": questions.to_dict("records")}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        answer.read()


def date_latest(path: Path, since: datetime, day: str, wanted: int) -> None:
    """Once so many questions are written, those since a time were asked on that day."""
    end = time.monotonic() + SECONDS
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        while count_kept(connection) < wanted:
            if time.monotonic() > end:
                sys.exit(f"{path} does not come to hold {wanted} questions")
            time.sleep(0.05)
        with connection:
            moved = "UPDATE predictions SET asked = ? || substr(asked, 11) WHERE asked >= ?"
            connection.execute(moved, [day, str(since.replace(tzinfo=None))])


def count_kept(connection: sqlite3.Connection) -> int:
    """The questions that are written; none where the service has not made its tables yet."""
    with suppress(sqlite3.OperationalError):
        return int(connection.execute("SELECT count(*) FROM predictions").fetchone()[0])
    return 0


def describe_months(labelled: Sequence[Mapping[str, Any]], records: Sequence[Record]) -> list[str]:
    """The table, then how near the estimates come."""
    pairs = [(known, record.as_dict()) for known, record in zip(labelled, records, strict=True)]
    rows = [make_row(known, found) for known, found in pairs]
    measured = [known["quality"]["f1_micro"]["value"] for known, _ in pairs]
    estimates = [found["estimate"] for _, found in pairs]
    both = list(zip(measured, estimates, strict=True))
    error = show(sum(abs(estimate["f1_micro"] - value) for value, estimate in both) / len(both))
    inside = sum(estimate["low"] <= value <= estimate["high"] for value, estimate in both)
    near = f"Mean absolute error {error}; measured within the range in {inside} of {len(both)} months."
    return [*format_table(HEAD, rows), "", near]


def make_row(known: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """A month with its labels and without."""
    measured, estimate = known["quality"]["f1_micro"], found["estimate"]
    return [
        found["month"],
        known["verdict"],
        found["verdict"],
        show_interval([measured[name] for name in ("value", "low", "high")]),
        show_interval([estimate[name] for name in ("f1_micro", "low", "high")]),
        show_change(estimate["f1_micro"], measured["value"]),
        found["reasons"][0].partition(";")[0] if found["reasons"] else "",
    ]


if __name__ == "__main__":
    main()
