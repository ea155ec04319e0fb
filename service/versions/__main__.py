"""Say which models are served, and to whom: `python -m service.versions show`, and `--help` for the rest.

A model is verified before anything changes; the workers of the service follow within about a second.
"""

import argparse
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from service.answers.model import read_digest
from service.checks import make_folder
from service.settings import Settings, read_settings
from service.state.files import locking
from service.versions import changes
from service.versions.copies import SHORT, keep, prune
from service.versions.plan import PLAN, Plan, Version, name_champion, read_plan, read_started, write_plan
from service.versions.report import describe_plan, describe_table
from tagger.errors import DataError, ParamsError, TaggerError

Change = Callable[[Plan], Plan]


def main(arguments: list[str] | None = None) -> None:
    given = make_parser().parse_args(arguments)
    try:
        settings = read_settings()
        make_folder(settings.state)
        sys.stdout.write(given.run(settings, given) + "\n")
    except TaggerError as error:
        sys.stderr.write(f"versions: {error}\n")
        sys.exit(error.exit_code)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service.versions", description="Which models are served")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(run: Callable[..., str], name: str, about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        return command

    add(show, "show", "say what is served")
    command = add(challenge, "challenge", "let another model answer some of the callers")
    command.add_argument("model", type=Path, metavar="FOLDER", help="of the model, as models/tagger is")
    command.add_argument("--share", metavar="N%", help="of the callers; 10%%, in the shadow 100%%")
    command.add_argument("--shadow", action="store_true", help="it is asked, and the champion answers")
    command.add_argument("--version", metavar="NAME", help="what answers call it; the digest of the model")
    command.add_argument("--metrics", type=Path, metavar="FILE", help="for GET /v1/model")
    command.add_argument("--card", type=Path, metavar="FILE", help="for GET /v1/model")
    command = add(share, "share", "let the challenger answer more of the callers, or fewer")
    command.add_argument("share", metavar="N%")
    command.add_argument("--shadow", action=argparse.BooleanOptionalAction, help="ask it in the shadow, or no longer")
    add(promote, "promote", "make the challenger the champion")
    add(rollback, "rollback", "undo the last step: drop the challenger; without one, bring the previous champion back")
    add(drop, "drop", "let the champion answer everybody")
    add(reset, "reset", "forget all of it: serve the model that the service was started with")
    add(compare, "compare", "say by version what the callers think, and whether the challenger is better")
    return parser


def show(settings: Settings, given: argparse.Namespace) -> str:  # noqa: ARG001
    return describe_plan(read_plan(settings.state), read_started(settings.state))


def challenge(settings: Settings, given: argparse.Namespace) -> str:
    """Copy a model, see that it answers, then let it in. Raises TaggerError."""
    share = read_share(given.share or ("100%" if given.shadow else "10%"))
    sha256 = read_digest(given.model)
    version = given.version or sha256[:SHORT]
    offered = Version(model=given.model, version=version, sha256=sha256, metrics=given.metrics, card=given.card)
    now = datetime.now(UTC)
    # Before the copy, so that what makes no sense costs no time.
    now_served = name_champion(read_plan(settings.state), read_started(settings.state))
    changes.challenge(now_served, offered, share, given.shadow, now)
    kept = keep(settings.state, offered)
    told = write(settings, lambda plan: changes.challenge(plan, kept, share, given.shadow, now))
    prune(settings.state, read_plan(settings.state))
    return told


def share(settings: Settings, given: argparse.Namespace) -> str:
    share = read_share(given.share)
    return write(settings, lambda plan: changes.set_share(plan, share, given.shadow))


def promote(settings: Settings, given: argparse.Namespace) -> str:  # noqa: ARG001
    plan = read_plan(settings.state)
    changes.need_challenger(plan)
    champion = plan.champion or keep_started(settings)
    return write(settings, lambda plan: changes.promote(plan, champion))


def rollback(settings: Settings, given: argparse.Namespace) -> str:  # noqa: ARG001
    return write(settings, changes.roll_back)


def drop(settings: Settings, given: argparse.Namespace) -> str:  # noqa: ARG001
    return write(settings, changes.drop)


def reset(settings: Settings, given: argparse.Namespace) -> str:  # noqa: ARG001
    return write(settings, lambda plan: Plan())  # noqa: ARG005


def compare(settings: Settings, given: argparse.Namespace) -> str:  # noqa: ARG001
    """Raises DataError while the database is away."""
    from service.versions.comparison import Comparison

    comparison = Comparison(settings.url)
    try:
        told = comparison.read(read_plan(settings.state), read_started(settings.state))
    finally:
        comparison.close()
    if told is None:
        raise DataError(
            "the service's database cannot be read: set TAGGER_DATABASE or TAGGER_STATE as the service has them"
        )
    return describe_table(told)


def write(settings: Settings, change: Change) -> str:
    """Change the plan, alone; what it says then. Raises TaggerError."""
    with locking(settings.state / f"{PLAN}.lock"):
        plan = change(read_plan(settings.state))
        write_plan(settings.state, plan)
    return describe_plan(plan, read_started(settings.state))


def keep_started(settings: Settings) -> Version:
    """A copy of the model that the service was started with, as the way back. Raises TaggerError."""
    started = read_started(settings.state)
    if started is None:
        raise DataError(f"{settings.state} does not say what the service was started with: start it, then promote")
    try:
        return keep(settings.state, started)
    except TaggerError as error:
        raise DataError(
            f"there would be no way back, {started.version} is not what it was ({error}); bring {started.model} back, "
            "or start the service again with the model that shall be the way back"
        ) from error


def read_share(text: str) -> float:
    """A percentage as a share. Raises ParamsError."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)%", text)
    if not found or float(found[1]) > 100:
        raise ParamsError(f"share is {text!r}: write a percentage from 0% to 100%, such as 10%")
    return float(found[1]) / 100


if __name__ == "__main__":
    main()
