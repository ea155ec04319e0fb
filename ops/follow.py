"""Take the months that are over by now into what is fetched and followed: `python -m ops.follow [--month 2025-01]`.

Edits params.yaml: `fetch.to` moves on, and `split.followed` and `drift.months` grow by as many months, so that the
model stays the one it was and `dvc repro` runs only what the new months need. Where none is new nothing is edited.
"""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ops.overrides import override
from stages.script import read_params
from tagger.drift.params import DriftParams
from tagger.errors import ParamsError, TaggerError
from tagger.months import check_month, month_of, month_range
from tagger.params import parse_section
from tagger.sources.base import FetchParams
from tagger.splits import SplitParams

PARAMS = Path("params.yaml")
# Sources to which questions are added every day; what others hold is theirs to say, so --month names it.
LIVE = {"api"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ops.follow", description="Follow the months that are new.")
    parser.add_argument("--month", metavar="YYYY-MM", help="the last one (default: the last that is over)")
    try:
        print(f"follow: {follow(parser.parse_args().month)}")
    except TaggerError as error:
        sys.stderr.write(f"follow: {error}\n")
        sys.exit(error.exit_code)


def follow(month: str | None) -> str:
    """Edit params.yaml where a month is new; says what was done. Raises ParamsError."""
    params = read_params(PARAMS)
    fetch = parse_section(FetchParams, params.get("fetch"), "fetch")
    last = choose_month(month, fetch.source)
    if last is None:
        return f"nothing new: source {fetch.source} is no live one, --month names the month that it has come to"
    if fetch.last is None:
        raise ParamsError("fetch.to is null, so nothing says which months are new: set it to the last month there is")
    added = list(month_range(fetch.last, last))[1:]
    if not added:
        return f"nothing new: fetch.to is {fetch.last}, the last month is {last}"
    edits = plan_edits(params, last, len(added))
    override(PARAMS, edits)
    return f"{', '.join(added)} to fetch and follow: {', '.join(edits)}; next `make repro`"


def choose_month(month: str | None, source: str) -> str | None:
    """The last month to follow, None where nobody can know. Raises ParamsError."""
    over = month_of(datetime.now(UTC).replace(day=1) - timedelta(days=1))
    if month is None:
        return over if source in LIVE else None
    try:
        check_month(month)
    except ValueError as error:
        raise ParamsError(f"--month is {month}, it {error}") from error
    if source in LIVE and month > over:
        raise ParamsError(f"--month is {month}, which is not over; the last one that is: {over}")
    return month


def plan_edits(params: Mapping[str, Any], last: str, added: int) -> list[str]:
    """What is to be set that `added` months more are followed, up to `last`."""
    followed = parse_section(SplitParams, params.get("split"), "split").followed + added
    watched = parse_section(DriftParams, params.get("drift"), "drift").months
    return [f"fetch.to={last}", f"split.followed={followed}", f"drift.months={max(watched, followed)}"]


if __name__ == "__main__":
    main()
