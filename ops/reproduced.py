"""Has `dvc repro` in a clean checkout made what is committed? `python -m ops.reproduced`, the end of CI.

To the bit where the CPU is of the same type. Another type may round a model's last bits otherwise: there every table
before the training must be equal and every metric within TOLERANCE.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

TOLERANCE = 0.002
BEFORE_TRAINING = ("fetch", "clean", "validate", "feedback", "split", "featurize")
METRICS = ("metrics/test.json", "metrics/drift.json")


def main() -> None:
    changed = git("status", "--porcelain")
    if not changed:
        print("reproduced: dvc.lock and metrics/ are those that are committed, to the bit")
        return
    problems = [*find_strangers(changed), *compare_tables(), *compare_metrics()]
    if problems:
        sys.exit("\n".join(["not reproduced:", *problems, changed]))
    print(f"reproduced: every table before the training is equal and every metric within {TOLERANCE}.")
    print("The model's last bits differ, as they may on another type of CPU:")
    print(changed)


def git(*words: str) -> str:
    """What git prints."""
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout.rstrip()


def find_strangers(changed: str) -> Iterator[str]:
    """Changes in files that no training writes."""
    for line in changed.splitlines():
        path = line[3:]
        if line[:2] != " M" or (path != "dvc.lock" and not path.startswith("metrics/")):
            yield f"{path} has changed"


def compare_tables() -> Iterator[str]:
    """Outs of the stages before the training that differ from the committed dvc.lock."""
    committed = yaml.safe_load(git("show", "HEAD:dvc.lock"))["stages"]
    made = yaml.safe_load(Path("dvc.lock").read_text(encoding="utf-8"))["stages"]
    for stage in BEFORE_TRAINING:
        if made[stage]["outs"] != committed[stage]["outs"]:
            yield f"dvc.lock: the outs of {stage} differ"


def compare_metrics() -> Iterator[str]:
    """Metrics that differ by more than TOLERANCE from the committed ones."""
    for path in METRICS:
        committed = json.loads(git("show", f"HEAD:{path}"))
        made = json.loads(Path(path).read_text(encoding="utf-8"))
        for name in sorted({*committed, *made}):
            if not is_close(committed.get(name), made.get(name)):
                yield f"{path}: {name} is {made.get(name)}, committed is {committed.get(name)}"


def is_close(one: Any, other: Any) -> bool:
    """Equal, or two numbers within TOLERANCE."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= TOLERANCE
    return bool(one == other)


if __name__ == "__main__":
    main()
