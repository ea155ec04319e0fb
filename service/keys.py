"""Who may use the service: `python -m service.keys add NAME --roles ask,correct`, `list`, `revoke NAME`.

The file is `keys.json` in TAGGER_STATE, or what TAGGER_KEYS names. A running service notices a change within a second.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from service.doors.keys import add_key, read_keys, revoke_key
from service.doors.roles import ROLES
from service.settings import read_settings
from tagger.errors import ParamsError, TaggerError

if TYPE_CHECKING:
    from service.doors.roles import Role


def main(arguments: Sequence[str] | None = None) -> None:
    given = read_arguments(arguments)
    try:
        told = COMMANDS[given.command](read_settings().keys_file, given)
    except (TaggerError, OSError) as error:
        sys.stderr.write(f"keys: {error}\n")
        sys.exit(getattr(error, "exit_code", 1))
    sys.stdout.write(f"{told}\n")


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m service.keys", description="Who may use the service")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="make a key and show it, once")
    add.add_argument("name", help="whose it is: letters, digits, '.', '_', '-'")
    add.add_argument("--roles", default="ask", help=f"one or several of {','.join(ROLES)}; ask")
    commands.add_parser("list", help="names, roles and ages; never a key")
    revoke = commands.add_parser("revoke", help="refuse a key from now on")
    revoke.add_argument("name")
    return parser.parse_args(arguments)


def add(path: Path, given: argparse.Namespace) -> str:
    """The key. Raises ParamsError."""
    sys.stderr.write(f"keys: this is shown once; {path} keeps only its digest\n")
    return add_key(path, given.name, split_roles(given.roles))


def split_roles(text: str) -> list["Role"]:
    """Raises ParamsError."""
    named = text.split(",")
    known = [role for role in ROLES if role in named]
    if unknown := sorted(set(named) - set(ROLES)):
        raise ParamsError(f"--roles has {', '.join(map(repr, unknown))}: choose from {', '.join(ROLES)}")
    return known


def describe(path: Path, given: argparse.Namespace) -> str:  # noqa: ARG001
    """A line for each key. Raises ParamsError."""
    if not path.exists():
        return f"there is no {path}: the service is open, and listens on loopback alone"
    keys = read_keys(path)
    lines = [f"{key.name:24} {','.join(key.roles):24} {key.made}" for key in keys]
    return "\n".join(lines) or f"{path} has no key: everybody is refused"


def revoke(path: Path, given: argparse.Namespace) -> str:
    """Raises ParamsError."""
    left = revoke_key(path, given.name)
    return f"{given.name} is revoked; {left} left" + ("" if left else ": everybody is refused")


COMMANDS = {"add": add, "list": describe, "revoke": revoke}

if __name__ == "__main__":
    main()
