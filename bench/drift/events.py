"""The sample's built-in changes and what the stages find of them, for some seeds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bench.build import read_params
from bench.judge import StageError, run_stage
from bench.results import format_table
from tagger.io import read_json, write_text
from tagger.sample.drift import DRIFT, Drift

STAGES = ("fetch", "clean", "validate", "feedback", "split", "featurize", "train", "evaluate", "drift")
# What a change is called where it is found.
KINDS = {
    "born": "new_tag",
    "renamed": "renamed_tag",
    "vocabulary": "vocabulary",
    "dying": "dying_tag",
    "broken": "broken",
}


def follow_sample(seed: int) -> list[dict[str, Any]]:
    """The record of each followed month. Raises StageError."""
    with TemporaryDirectory(prefix="events-") as scratch:
        folder = Path(scratch)
        for package in ("stages", "tagger"):
            (folder / package).symlink_to(Path(package).absolute())
        params = read_params()
        params["sources"]["sample"]["seed"] = seed
        write_text(folder / "params.yaml", yaml.safe_dump(params, sort_keys=False))
        for stage in STAGES:
            done = run_stage(stage, folder)
            if done.returncode:
                raise StageError(done.stderr)
        return [read_json(path)[0] for path in sorted((folder / "metrics/drift").glob("*.json"))]


def is_named(event: Drift, record: Mapping[str, Any]) -> bool:
    """Whether a month's findings name a change."""
    return any(
        finding["kind"] == KINDS[event.kind] and set(event.tags) <= set(finding["names"])
        for finding in record["findings"]
    )


def measure_events(seeds: Sequence[int]) -> list[str]:
    """Markdown."""
    rows, named, quiet, alarms = [], 0, 0, []
    for seed in seeds:
        records = {record["month"]: record for record in follow_sample(seed)}
        found = [is_named(event, records[event.month]) for event in DRIFT]
        others = [record for month, record in records.items() if month not in {event.month for event in DRIFT}]
        alarmed = [record for record in others if record["verdict"] != "ok"]
        named, quiet = named + sum(found), quiet + len(others)
        alarms += alarmed
        print(seed, found, [(record["month"], record["reasons"]) for record in alarmed], flush=True)
        shown = "; ".join(f"{record['month']}: {', '.join(record['reasons'])}" for record in alarmed)
        rows.append([str(seed), *("yes" if hit else "no" for hit in found), shown or "none"])
    head = ["seed", *(f"{event.kind} ({event.month})" for event in DRIFT), "alarms in other months"]
    return [
        f"{named} of {len(DRIFT) * len(seeds)} changes named in their month;",
        f"{len(alarms)} of {quiet} months without one alarmed.",
        "",
        *format_table(head, rows),
    ]
