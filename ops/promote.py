"""Put the commit that is checked out into a stage, if it passes every rule: `python -m ops.promote --to prod`.

Prints each rule with its figure. Exit code 0: promoted, or there already; 3: a rule refused it. docs/promotion.md.
"""

import argparse
import sys
from pathlib import Path

from ops.card import write_card
from ops.git import git
from ops.markdown import draw_table
from ops.promotion.aliases import point_aliases
from ops.promotion.candidate import Candidate, check_clean, read_candidate
from ops.promotion.gate import Champion, Judged, judge
from ops.promotion.versions import STAGES, History, find_remote, plan_tags, read_history, set_tags, shorten
from stages.script import read_params
from tagger.errors import TaggerError
from tagger.gate import REFUSED, PromotionParams
from tagger.params import parse_section


class RefusedError(TaggerError):
    """A rule was not passed."""

    exit_code = 3


def main() -> None:
    options = parse_options()
    try:
        promote(options.to, options.dry_run, options.against)
    except TaggerError as error:
        sys.stderr.write(f"promote: {error}\n")
        sys.exit(error.exit_code)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ops.promote", description="Promote the commit that is checked out."
    )
    parser.add_argument("--to", choices=STAGES, required=True)
    parser.add_argument("--dry-run", action="store_true", help="print the rules, set no tag")
    parser.add_argument("--against", metavar="REV", help="a champion where none is in prod; sets no tag")
    options = parser.parse_args()
    options.dry_run |= options.against is not None
    return options


def promote(stage: str, dry_run: bool = False, against: str | None = None) -> None:
    """Ask the rules, then set the tags. Raises TaggerError."""
    section = parse_section(PromotionParams, read_params(Path("params.yaml")).get("promotion"), "promotion")
    check_clean()
    remote = find_remote(section.remote)
    history = read_history(remote)
    candidate = read_candidate()
    name = history.name(candidate.commit)
    if history.holder(stage) == candidate.commit:
        print(f"promote: {name} ({shorten(candidate.commit)}) is in {stage} already")
    else:
        judged = judge(candidate, find_champion(history, against), stage, section)
        table = draw_rules(judged)
        print(f"{name} ({shorten(candidate.commit)}) to {stage}\n\n{table}\n", flush=True)
        check_passed(judged)
        if dry_run:
            print("promote: every rule is passed; a dry run sets no tag")
            return
        print(f"promote: {set_stage(candidate, history, stage, table, remote)}")
    if not dry_run:
        point_aliases(candidate.params, candidate.digest, stage, name)


def find_champion(history: History, against: str | None) -> Champion | None:
    """What is in production, else the revision `against`."""
    if commit := history.holder("prod"):
        return Champion(commit, history.name(commit))
    return Champion(git("rev-parse", f"{against}^{{commit}}"), against) if against else None


def check_passed(judged: Judged) -> None:
    """Raises RefusedError that names the rules which were not passed."""
    refused = [rule.name for rule in judged.rules if rule.verdict == REFUSED]
    if refused:
        raise RefusedError(f"refused by {len(refused)} of {len(judged.rules)} rules: {', '.join(refused)}")


def set_stage(candidate: Candidate, history: History, stage: str, table: str, remote: str | None) -> str:
    """Set the tags of version and stage, with card and rules as their messages; says what was done."""
    name, tag = history.name(candidate.commit), history.next_tag(stage)
    card = write_card(candidate, name)
    messages = f"Register {name}\n\n{card}", f"Promote {name} to {stage}\n\n{table}"
    set_tags(list(plan_tags(history, stage, candidate.commit, messages)), remote, history.latest)
    where = f"on {remote} and here" if remote else "here alone (no remote shares it)"
    return f"{name} is in {stage}: tag {tag} at {shorten(candidate.commit)}, {where}"


def draw_rules(judged: Judged) -> str:
    """The rules as a table, then the notes."""
    rows = [[rule.name, rule.figure, rule.bound, rule.verdict] for rule in judged.rules]
    return "\n\n".join([draw_table(["rule", "figure", "asked", "verdict"], rows), *judged.notes])


if __name__ == "__main__":
    main()
