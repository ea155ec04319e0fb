"""What `linear` needs for many tags, many rows, on disk and for a question: `python -m bench.scale [--data FOLDER]`."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.compare import run_limited
from bench.results import format_table, write_section

Figures = Mapping[str, Any]
# What is measured; the arguments of bench.fit.
FITS = {
    "default": [],
    "not pruned": ["--prune", "0"],
    "many tags": ["--all", "--coverage", "0.9"],
    "1x": ["--epochs", "1"],
    "10x": ["--epochs", "1", "--repeat", "10"],
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("data"), help="of a run: raw, clean, features, split")
    parser.add_argument("--title", default="the bundled sample", help="what the data is")
    parser.add_argument("--limit", type=float, default=900, help="seconds for a process")
    parser.add_argument("--scratch", type=Path, help="a folder that is kept; what it holds is not measured again")
    args = parser.parse_args()
    with TemporaryDirectory(prefix="bench-") as temporary:
        scratch = args.scratch or Path(temporary)
        fits = {name: fit(args.data, scratch / name, options, args.limit) for name, options in FITS.items()}
        latency = time_questions(args.data, scratch, args.limit)
    write_section(f"Size and speed of `linear`: {args.title}", describe(fits, latency))


def fit(data: Path, out: Path, options: list[str], limit: float) -> Figures:
    """One training in a process of its own."""
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "figures.json").is_file():
        run_limited([sys.executable, "-m", "bench.fit", str(data), str(out), *options], limit, out / "log")
    return show(out.name, out / "figures.json")


def time_questions(data: Path, scratch: Path, limit: float) -> Figures:
    """Scoring with the default tagger on one core."""
    out = scratch / "latency.json"
    command = ["-m", "bench.latency", str(data), str(scratch / "default/tagger"), str(out)]
    run_limited(["taskset", "--cpu-list", "0", sys.executable, *command], limit, scratch / "log")
    return show("latency", out)


def show(name: str, path: Path) -> Figures:
    """Read figures and print them."""
    figures: Figures = json.loads(path.read_text(encoding="utf-8"))
    print(name, figures, flush=True)
    return figures


def describe(fits: Mapping[str, Figures], latency: Figures) -> list[str]:
    """The section."""
    growth = fits["10x"]["peak_mb"] / fits["1x"]["peak_mb"]
    return [
        '`python -m bench.scale --data FOLDER --title "..."`. 2 cores, 2 jobs; each training is a process of its own,',
        "from tokens on disk to weights: features fitted, written as blocks, learned from. Peak: of the process.",
        "",
        *describe_fits(fits),
        "",
        f"Ten times the rows (same questions, other ids, `min_df` times ten): {growth:.2f} times the peak memory.",
        "",
        *describe_files(fits),
        "",
        *describe_latency(latency),
    ]


def describe_fits(fits: Mapping[str, Figures]) -> list[str]:
    """Seconds and memory."""
    names = {"default": "as in params.yaml", "many tags": "tags of 90% of the occurrences, all rows before the test"}
    names |= {"1x": "one epoch", "10x": "one epoch, rows ten times"}
    rows = []
    for name, text in names.items():
        sizes = [f"{fits[name][key]:,}" for key in ("rows", "tags", "features")]
        rows.append([text, *sizes, f"{fits[name]['fit_s']:.1f}", f"{fits[name]['peak_mb']:,.0f}"])
    return format_table(["training", "rows", "tags", "features", "s", "peak, MB"], rows)


def describe_files(fits: Mapping[str, Figures]) -> list[str]:
    """Size on disk and what pruning costs."""
    rows = []
    for name, text in (("default", "`prune` as in params.yaml"), ("not pruned", "`prune` 0")):
        files, figures = fits[name]["files_mb"], fits[name]
        sizes = f"{sum(files.values()):.1f} ({', '.join(f'{file} {size:.1f}' for file, size in files.items())})"
        rows.append([text, sizes, *(f"{figures[key]:.4f}" for key in ("f1_micro", "f1_at_5", "precision_at_1"))])
    return format_table(["saved model", "MB", "micro-F1", "F1@5", "P@1"], rows)


def describe_latency(latency: Figures) -> list[str]:
    """Milliseconds a question, questions a second."""
    head = ["on one core, HTML to probabilities", "by the clock", "of the core"]
    rows = [
        [f"one question, {text} of {latency['questions']}"]
        + [f"{latency[f'{name}_{share}']:.2f} ms" for name in ("wall", "cpu")]
        for text, share in (("median", 0.5), ("99th percentile", 0.99))
    ]
    rows += [
        [f"batch of {latency['batch']:,}, cleaning included", f"{latency['per_s']:,.0f} questions/s", ""],
        ["of which cleaning", f"{latency['clean_per_s']:,.0f} questions/s", ""],
        ["of which features and scores", f"{latency['score_per_s']:,.0f} questions/s", ""],
    ]
    return format_table(head, rows)


if __name__ == "__main__":
    main()
