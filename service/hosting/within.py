"""Runs a command of the service as the release that is served runs.

`python -m service.hosting.within ROOT versions show`, for `deploy/deploy.sh HOST --run`. Needs Python alone; the
command has the release's packages and settings.
"""

import json
import os
import sys
from pathlib import Path

from service.hosting.environment import describe_environment

COMMANDS = ("export", "keys", "versions")


def main() -> None:
    if len(sys.argv) < 3 or sys.argv[2] not in COMMANDS:
        sys.exit(f"usage: python -m service.hosting.within ROOT {{{','.join(COMMANDS)}}} ...")
    root = Path(sys.argv[1]).resolve()
    folder = (root / "current").resolve()
    facts = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    words = [sys.executable, "-PsS", "-m", f"service.{sys.argv[2]}", *sys.argv[3:]]
    os.chdir(root)
    os.execve(sys.executable, words, describe_environment(root, folder, facts))  # noqa: S606


if __name__ == "__main__":
    main()
