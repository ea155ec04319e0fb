"""Go back to the model that was in a stage before: `python -m ops.rollback`, of prod; `--to staging` of staging.

Sets one more tag, at the commit that held the stage before the present one, and asks no rule.
"""

import argparse
import json
import sys
from pathlib import Path

from ops.promotion.aliases import point_aliases
from ops.promotion.versions import ROLLED_BACK, STAGES, NewTag, find_remote, read_history, set_tags, shorten
from ops.revisions import digest_model, open_revision
from stages.script import read_params
from tagger.errors import TaggerError
from tagger.gate import PromotionParams
from tagger.params import parse_section


class NothingBeforeError(TaggerError):
    """No model was in the stage before."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ops.rollback", description="Go back to the model before.")
    parser.add_argument("--to", choices=STAGES, default="prod", help="the stage (default: %(default)s)")
    stage = parser.parse_args().to
    try:
        roll_back(stage)
    except TaggerError as error:
        sys.stderr.write(f"rollback: {error}\n")
        sys.exit(error.exit_code)


def roll_back(stage: str) -> None:
    """Set the tag, then MLflow's alias. Raises TaggerError."""
    params = read_params(Path("params.yaml"))
    section = parse_section(PromotionParams, params.get("promotion"), "promotion")
    remote = find_remote(section.remote)
    history = read_history(remote)
    held = history.held(stage)
    if len(held) < 2:
        now = f"{history.name(held[0])} is the first that is in {stage}" if held else f"nothing is in {stage}"
        raise NothingBeforeError(f"{now}: there is nothing to go back to; `gto history tagger` lists what was")
    (before, name), (commit, left) = ((commit, history.name(commit)) for commit in held[-2:])
    tag = history.next_tag(stage)
    message = f"{ROLLED_BACK}{stage} from {left} to {name}"
    set_tags([NewTag(tag, before, message)], remote, history.latest)
    print(f"{stage} is {name} ({shorten(before)}) again, no longer {left} ({shorten(commit)}): tag {tag}")
    print(f"its files: git checkout {shorten(before)} && dvc checkout, or dvc pull")
    point_aliases(params, find_digest(before), stage, name)


def find_digest(commit: str) -> str:
    """The digest of a commit's model, empty where it cannot be had."""
    try:
        content = open_revision(commit).read("models/tagger/model.json")
        json.loads(content)
    except (OSError, ValueError, TaggerError):
        return ""
    return digest_model(content)


if __name__ == "__main__":
    main()
