"""Write the drift pages where there are none of the current figures: `python -m ops.pages`, part of `make repro`.

They are no output of a stage, since Evidently makes other bytes each time: a clone has none, and a run that DVC
restored from its cache leaves those of another model.
"""

import subprocess
from pathlib import Path

from tagger.io import read_json

PAGES = Path("reports/drift")
SUMMARY = Path("metrics/drift.json")


def main() -> None:
    if not are_current():
        print(f"{PAGES} holds no pages of these figures: writing them", flush=True)
        subprocess.run(["dvc", "repro", "--quiet", "--force", "--single-item", "drift"], check=True)


def are_current() -> bool:
    """Whether the pages were written with the figures that metrics/drift.json has."""
    summary = read_json(SUMMARY)
    copy = PAGES / SUMMARY.name
    return not summary["months"] or (copy.is_file() and read_json(copy) == summary)


if __name__ == "__main__":
    main()
