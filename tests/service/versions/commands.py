"""`python -m service.versions` as a process, over the state of a service."""

import os
import subprocess
import sys

from tests.imports import ROOT


def run(state, *arguments, code=0) -> str:
    """What it prints, of both streams the one that counts."""
    command = [sys.executable, "-m", "service.versions", *map(str, arguments)]
    environment = os.environ | {"TAGGER_STATE": str(state)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code else done.stdout
