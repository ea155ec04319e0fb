"""Git as ops needs it: what it prints, or one line on why it did not."""

import subprocess

from tagger.errors import TaggerError

# Of what git says, the last line tells most.
LONGEST = 300


class GitError(TaggerError):
    """Git does not do what it is asked for."""


def git(*words: str, given: str | None = None) -> str:
    """What git prints. Raises GitError."""
    done = subprocess.run(["git", *words], input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = " ".join((done.stderr or done.stdout).split())[-LONGEST:]
        raise GitError(f"git {words[0]} says: {reason or f'code {done.returncode}'}")
    return done.stdout.rstrip("\n")
