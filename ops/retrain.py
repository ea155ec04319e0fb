"""Train again with what is new, and propose the model where it is better: `python -m ops.retrain [--month 2025-01]`.

In a clone of its own: the followed months become ones to learn from, the pipeline runs, the gate compares with what is
in prod (else with the commit that is checked out), and a branch `retrain/...` is pushed. Killed anywhere, the same
command goes on from DVC's cache; run again, it finds its own proposal. Exit code 0: proposed, now or before, or nothing
new; 3: a rule refused it. docs/retraining.md.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from ops.follow import choose_month
from ops.git import git
from ops.overrides import override
from ops.promote import RefusedError
from ops.promotion.versions import STAGES, find_remote, read_history, shorten
from ops.proposal import MARK, PAGE, Proposal, write_report
from ops.scratch import Scratch, make_scratch
from stages.script import read_params
from tagger.digest import digest_values
from tagger.errors import TaggerError
from tagger.feedback import FeedbackParams
from tagger.gate import PromotionParams
from tagger.io import read_json
from tagger.params import parse_section
from tagger.sources.base import FetchParams

CLONE, OUT = Path(".cache/retrain/clone"), Path("reports/retrain")
PROPOSED, ALREADY, NOTHING, REFUSED = "proposed", "already", "nothing new", "not better"


@dataclass(frozen=True)
class Outcome:
    """What came of it; `branch`, `title` and `report` are None where nothing was compared."""

    outcome: str
    reason: str
    branch: str | None = None
    commit: str | None = None
    title: str | None = None
    report: str | None = None


def main() -> None:
    options = parse_options()
    try:
        outcome = retrain(options.month, options.set, options.to)
    except TaggerError as error:
        sys.stderr.write(f"retrain: {error}\n")
        sys.exit(error.exit_code)
    print(json.dumps(asdict(outcome), indent=2) if options.json else f"retrain: {outcome.outcome}: {outcome.reason}")
    sys.exit(RefusedError.exit_code if outcome.outcome == REFUSED else 0)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.retrain", description="Train again, propose what is better.")
    parser.add_argument("--month", metavar="YYYY-MM", help="the last month to take in (default: fetch.to)")
    parser.add_argument("-S", "--set", metavar="NAME=VALUE", action="append", default=[], help="another parameter")
    parser.add_argument("--to", choices=STAGES, default="staging", help="whose rules are asked (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    return parser.parse_args()


def retrain(month: str | None, more: Sequence[str], stage: str) -> Outcome:
    """Run it all. Raises TaggerError."""
    base = git("rev-parse", "HEAD")
    params = yaml.safe_load(git("show", f"{base}:params.yaml"))
    remote = find_remote(parse_section(PromotionParams, params.get("promotion"), "promotion").remote)
    read_history(remote)  # the clone knows the tags that are known here
    with make_scratch(CLONE, base) as scratch:
        learn(scratch, [*plan_edits(params, month), *more])
        if find_model(scratch, base) == find_model(scratch):
            return Outcome(NOTHING, f"the model is the one of {shorten(base)}")
        last = read_json(scratch.folder / "data/split/plan.json")["test"][-1]
        branch = f"retrain/{last}" + (f"-{digest_values(sorted(more))[:6]}" if more else "")
        return propose(scratch, commit(scratch, last, more), base, branch, remote, stage)


def plan_edits(params: dict[str, Any], month: str | None) -> list[str]:
    """No month is followed any more; the last one is `month`. Raises ParamsError."""
    fetch = parse_section(FetchParams, params.get("fetch"), "fetch")
    last = choose_month(month, fetch.source) if month else None
    later = [f"fetch.to={last}"] if last and fetch.last and last > fetch.last else []
    return [*later, "split.followed=0"]


def learn(scratch: Scratch, edits: Sequence[str]) -> None:
    """Set the parameters and run the pipeline; what is missing comes from a remote. Raises TaggerError."""
    override(scratch.folder / "params.yaml", edits)
    bring_votes(scratch)
    scratch.run("dvc", "repro", *(["--pull"] if scratch.shared else []))


def bring_votes(scratch: Scratch) -> None:
    """The votes that lie here, since git ignores them; where DVC tracks them, those. Raises TaggerError."""
    feedback = parse_section(FeedbackParams, read_params(scratch.folder / "params.yaml").get("feedback"), "feedback")
    votes = feedback.folder
    if (scratch.folder / f"{votes}.dvc").is_file():
        scratch.run("dvc", "pull" if scratch.shared else "checkout", f"{votes}.dvc")
    elif feedback.enabled and votes.is_dir() and not votes.is_absolute():
        shutil.copytree(votes, scratch.folder / votes)


def find_model(scratch: Scratch, commit: str | None = None) -> str | None:
    """The digest of models/tagger in dvc.lock as it lies, or in a commit."""
    text = scratch.git("show", f"{commit}:dvc.lock") if commit else (scratch.folder / "dvc.lock").read_text("utf-8")
    outs = yaml.safe_load(text)["stages"]["train"]["outs"]
    return next((out["md5"] for out in outs if out["path"] == "models/tagger"), None)


def commit(scratch: Scratch, last: str, more: Sequence[str]) -> str:
    """Commit what the pipeline made; returns the title."""
    title = f"Train again with the months up to {last}" + (f", {' '.join(more)}" if more else "")
    scratch.git("add", "--all")
    scratch.git("commit", "--quiet", "--message", f"{title}\n\n{MARK}")
    return title


def propose(scratch: Scratch, title: str, base: str, branch: str, remote: str | None, stage: str) -> Outcome:
    """Write the report, and push the branch if every rule is passed. Raises TaggerError."""
    made = Proposal(scratch, branch, remote)
    known = made.find_known()
    same = known is not None and made.is_same(known)
    commit = made.take(known) if known and same else scratch.git("rev-parse", "HEAD")
    page = str(OUT / PAGE)
    if not write_report(scratch, base, stage, OUT):
        return Outcome(REFUSED, f"a rule refused it: {page}", None, commit, title, page)
    if same:
        return Outcome(ALREADY, f"{branch} ({shorten(commit)}) is this", branch, commit, title, page)
    made.share(known)
    return Outcome(PROPOSED, f"{title}: {branch} ({shorten(commit)}), {page}", branch, commit, title, page)


if __name__ == "__main__":
    main()
