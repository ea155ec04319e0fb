"""Is dvc.lock the record of what is here? `python -m ops.current`; data and models need not be there.

Exit code 0: `dvc repro` would run nothing; 3: it would run a stage, the first of which is named; 1: DVC cannot say.
"""

import re
import subprocess
import sys

from tagger.errors import TaggerError

COMMAND = ("dvc", "repro", "--dry", "--allow-missing")
# Where data are not there DVC stops at the first stage that it would run, having said which.
STALE = re.compile(r"(?:Running stage|failed to reproduce) '([^']+)'")


class StaleError(TaggerError):
    """Something has changed since dvc.lock was written."""

    exit_code = 3


def main() -> None:
    try:
        check_current()
    except TaggerError as error:
        sys.stderr.write(f"current: {error}\n")
        sys.exit(error.exit_code)
    print("current: dvc.lock records every stage as it stands")


def check_current() -> None:
    """Raises StaleError, TaggerError."""
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    stale = STALE.search(done.stdout + done.stderr)
    if stale:
        raise StaleError(
            f"dvc.lock has no run of {stale[1]} with params.yaml, code and data as they stand: `dvc repro`, then "
            "commit dvc.lock and metrics/ with the change"
        )
    if done.returncode:
        raise TaggerError(f"`{' '.join(COMMAND)}` says: {' '.join(done.stderr.split())}")


if __name__ == "__main__":
    main()
