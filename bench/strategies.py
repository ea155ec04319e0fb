"""What each strategy's estimate is worth, against questions that came later: `python -m bench.strategies --data CLEAN`.

Every strategy runs the stages split, featurize, train and evaluate in a folder of its own; then evaluate again, on a
period that no strategy has seen. What is measured is kept, so that a stopped run goes on.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.build import read_params
from bench.estimates import Figures, describe_model, describe_periods
from bench.judge import measure_strategy, open_folder
from bench.periods import Cut, write_periods
from bench.results import write_section
from tagger.io import read_json, write_json
from tagger.schemes import SCHEMES

DOCS = Path("docs/strategies.md")
# Without a search nested_cv is kfold. After a colon: how folds are dealt.
ROWS = [*(name for name in SCHEMES if name != "nested_cv"), "kfold:duplicates", "kfold:time"]


def set_params(params: dict[str, Any], args: argparse.Namespace, model: str, row: str) -> dict[str, Any]:
    """The parameters of one row, a strategy or strategy:fold_by. The later period is the one that is followed: split
    reads nothing of it."""
    strategy, _, fold_by = row.partition(":")
    split = {"validation": 1, "test": 1, "followed": 1} | ({"fold_by": fold_by} if fold_by else {})
    sections = {name: dict(section) for name, section in params["strategies"].items()}
    for section in sections.values():
        if section["scheme"] == "bootstrap":
            section["draws"] = args.draws
    return params | {
        "model": model,
        "strategy": strategy,
        "strategies": sections,
        "search": params["search"] | {"method": args.search, "trials": args.trials},
        "split": params["split"] | split,
        "labels": params["labels"] | {"top": args.top},
    }


def take_figures(kept: Path, clean: Path, params: dict[str, Any], cut: Cut) -> Figures:
    """What was measured with the same parameters and questions, else measured now."""
    asked = json.loads(json.dumps({"params": params, "cut": asdict(cut)}))
    if kept.is_file() and (found := read_json(kept))["asked"] == asked:
        return dict(found["figures"])
    with TemporaryDirectory(prefix="strategy-") as scratch:
        open_folder(Path(scratch), clean, params)
        figures = measure_strategy(Path(scratch), cut.periods + 2)
    write_json(kept, {"asked": asked, "figures": figures})
    return dict(read_json(kept)["figures"])


def main() -> None:
    args = parse_args()
    cut = Cut(args.test_from, args.later_from, args.rows, args.periods)
    clean = args.scratch / "clean"
    periods = write_periods(args.data, clean, cut)
    lines = [*describe_run(args), "", *describe_periods(periods)]
    for model in args.models:
        figures = {}
        for strategy in args.strategies:
            params = set_params(read_params(), args, model, strategy)
            kept = args.scratch / f"{model}-{strategy.replace(':', '-')}-{args.search}.json"
            figures[strategy] = take_figures(kept, clean, params, cut)
            print(model, strategy, json.dumps(figures[strategy]), flush=True)
        lines += ["", f"`{model}`:", "", *describe_model(figures)]
    write_section(args.title, lines, args.out)


def parse_args() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help="a folder of clean months")
    parser.add_argument("--title", required=True, help="of the section that is replaced")
    parser.add_argument("--out", type=Path, default=DOCS)
    parser.add_argument("--models", nargs="+", default=["linear", "logreg"])
    parser.add_argument("--strategies", nargs="+", default=ROWS, help="NAME or NAME:FOLD_BY")
    parser.add_argument("--test-from", required=True, help="the day on which the test period begins")
    parser.add_argument("--later-from", required=True, help="the day on which the untouched period begins")
    parser.add_argument("--rows", type=int, default=12_000, help="questions to learn from, the last before the test")
    parser.add_argument("--periods", type=int, default=6, help="that they are cut into, in place of months")
    parser.add_argument("--top", type=int, default=100, help="tags")
    parser.add_argument("--draws", type=int, default=20, help="of the bootstrap")
    parser.add_argument("--search", default="none", help="search.method for all")
    parser.add_argument("--trials", type=int, default=20, help="search.trials")
    parser.add_argument("--scratch", type=Path, default=Path(".cache/bench/strategies"), help="what is measured stays")
    return parser.parse_args()


def describe_run(args: argparse.Namespace) -> list[str]:
    """The command, but for the folder."""
    asked = f"--test-from {args.test_from} --later-from {args.later_from} --rows {args.rows} --periods {args.periods}"
    searched = "" if args.search == "none" else f" --search {args.search} --trials {args.trials}"
    chosen = "" if args.strategies == ROWS else f" --strategies {' '.join(args.strategies)}"
    models = f"--models {' '.join(args.models)}{chosen}{searched}"
    return [
        "```sh",
        "python -m bench.strategies --data CLEAN --title TITLE \\",
        f"  {asked} \\",
        f"  --top {args.top} --draws {args.draws} {models}",
        "```",
    ]


if __name__ == "__main__":
    main()
