"""Write the drift pages where there are none of the current figures: `python -m ops.pages`, part of `make repro`.

They are no output of a stage, since Evidently makes other bytes each time: a clone has none, and a run that DVC
restored from its cache leaves those of another model. The page that ties the months together is made from metrics/
alone, so that a clone without data has it, too.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd

from tagger.io import read_json
from tagger.report.page import PAGE, write_page

PAGES = Path("reports/drift")
SUMMARY = Path("metrics/drift.json")
RECORDS = Path("metrics/drift")
TAGS = Path("metrics/plots/drift/tags.csv")
INDEX = PAGES / PAGE
MONTH = re.compile(r"\d{4}-\d{2}")


def main() -> None:
    if not are_current():
        print(f"{PAGES} holds no pages of these figures: writing them", flush=True)
        subprocess.run(["dvc", "repro", "--quiet", "--force", "--single-item", "drift"], check=True)
    write_index()


def are_current() -> bool:
    """Whether Evidently's pages were written with the figures that metrics/drift.json has."""
    summary = read_json(SUMMARY)
    copy = PAGES / SUMMARY.name
    return not summary["months"] or (copy.is_file() and read_json(copy) == summary)


def write_index() -> Path:
    """Write the page of all months, with links to those of Evidently that are of the same figures."""
    return write_page(PAGES, read_records(), read_tags(), list_pages() if are_current() else [])


def read_records() -> list[dict[str, Any]]:
    """What metrics/drift/ says of each month, in order."""
    return [read_json(path)[0] for path in sorted(RECORDS.glob("*.json")) if MONTH.fullmatch(path.stem)]


def read_tags() -> pd.DataFrame:
    """The shares of tags; a tag may be called `null` or `nan`."""
    if not TAGS.is_file():
        return pd.DataFrame(columns=["month", "tag", "share"])
    return pd.read_csv(TAGS, dtype={"month": str, "tag": str, "share": float}, keep_default_na=False)


def list_pages() -> list[str]:
    """The months that Evidently has a page of."""
    return sorted(path.stem for path in PAGES.glob("*.html") if MONTH.fullmatch(path.stem))


if __name__ == "__main__":
    main()
