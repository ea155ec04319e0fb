"""Training methods side by side on one matrix, in one run: `python -m bench.compare [--data FOLDER]`.

Each method runs in a process of its own, others' packages in an environment of their own below .cache/bench.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.sparse import csr_matrix

from bench.matrix import Matrix, load_matrix, sample_tags
from bench.results import format_table, write_section
from tagger.metrics import measure
from tagger.thresholds import Rule, ThresholdParams, choose_threshold

CACHE = Path(".cache/bench")
# One thread for each job, so that none has more than two cores.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
HEAD = [
    "method",
    "rows",
    "tags",
    "features",
    "training, s",
    "of ours",
    "peak, MB",
    "scoring, s",
    "micro-F1",
    "F1@5",
    "P@1",
]


@dataclass(frozen=True)
class Method:
    """A module of bench.methods; `packages` of its own environment; `sample`: tags that it is timed on."""

    name: str
    module: str
    packages: tuple[str, ...] = ()
    sample: int | None = None


METHODS = (
    Method("ours (`linear`)", "ours"),
    Method("OneVsRestClassifier(LogisticRegression)", "logreg", sample=40),
    Method("OneVsRestClassifier(LinearSVC)", "linearsvc"),
    Method("LIBLINEAR", "liblinear", ("liblinear-official==2.50.0", "scipy"), sample=100),
    Method("omikuji", "omikuji", ("omikuji==0.5.2", "scipy", "setuptools<81")),
    Method("napkinXC", "napkinxc", ("napkinxc==0.7.2", "scipy")),
    Method("fastText", "fasttext", ("fasttext-wheel==0.9.2", "numpy<2", "scipy<1.14")),
)


@dataclass(frozen=True)
class Outcome:
    """What a method gave; `trouble`: why it gave nothing."""

    method: Method
    figures: Mapping[str, float]
    scores: np.ndarray | None = None
    trouble: str = ""


class BenchError(Exception):
    """A method cannot be run; the message is a few words for the table."""


def run_limited(command: Sequence[str], limit: float, log: Path) -> None:
    """Run a command to its end or to the limit. Raises BenchError."""
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=os.environ | THREADS, start_new_session=True)
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise BenchError(f"stopped after {limit:.0f} s") from error
    if code:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or [""]
        raise BenchError(f"failed ({code}): {lines[-1][:80]}")


def find_python(method: Method) -> str:
    """The interpreter of a method's environment, made where it is not there. Raises BenchError."""
    if not method.packages:
        return sys.executable
    folder = CACHE / method.module
    ready, log = folder / ".ready", CACHE / f"{method.module}.log"
    if not ready.is_file() or ready.read_text(encoding="utf-8") != " ".join(method.packages):
        CACHE.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            run_limited(["uv", "venv", "--quiet", "--python", sys.executable, str(folder)], 60, log)
            install = ["uv", "pip", "install", "--quiet", "--python", str(folder / "bin/python"), *method.packages]
            run_limited(install, 300, log)
        except BenchError as error:
            raise BenchError(f"did not install: {error}") from error
        ready.write_text(" ".join(method.packages), encoding="utf-8")
    return str(folder / "bin/python")


def run_method(method: Method, matrix: Path, out: Path, limit: float) -> Outcome:
    """Run one method; what goes wrong is a row of the table."""
    out.mkdir(parents=True)
    try:
        command = [find_python(method), "-m", f"bench.methods.{method.module}", str(matrix), str(out)]
        run_limited(command + (["--tags", str(method.sample)] if method.sample else []), limit, out / "log")
    except BenchError as error:
        return Outcome(method, {}, trouble=str(error))
    return Outcome(method, json.loads((out / "figures.json").read_text(encoding="utf-8")), np.load(out / "scores.npy"))


def compare(folder: Path, methods: Sequence[Method], scratch: Path, limit: float) -> list[str]:
    """Markdown of all methods on the matrix in `folder`; the first method is ours."""
    matrix = load_matrix(folder)
    outcomes = []
    for method in methods:
        outcomes.append(run_method(method, folder, scratch / method.module, limit))
        print(method.name, outcomes[-1].trouble or dict(outcomes[-1].figures), flush=True)
    ours = outcomes[0]
    lines = format_table(HEAD, [make_row(outcome, ours, matrix) for outcome in outcomes])
    sampled = [outcome for outcome in outcomes if outcome.scores is not None and is_sampled(outcome, matrix)]
    if sampled and ours.scores is not None:
        head = ["on the sampled tags alone", "tags", "micro-F1", "micro-F1 of ours"]
        lines += ["", *format_table(head, [make_sample_row(outcome, ours.scores, matrix) for outcome in sampled])]
    return lines


def is_sampled(outcome: Outcome, matrix: Matrix) -> bool:
    """Whether it learned some of the tags only."""
    return outcome.figures["tags"] < matrix.Y.shape[1]


def make_row(outcome: Outcome, ours: Outcome, matrix: Matrix) -> list[str]:
    """One row of the table."""
    (rows, tags), features = matrix.Y.shape, matrix.X.shape[1]
    sizes = [f"{rows:,}", f"{tags:,}", f"{features:,}"]
    if outcome.scores is None:
        return [outcome.method.name, *sizes, outcome.trouble, *["-"] * 6]
    figures, note = outcome.figures, ""
    scale = tags / figures["tags"]
    if scale > 1:
        sizes[1], note = f"{figures['tags']:.0f} of {tags:,}", f" (measured {figures['train_s']:.1f}, scaled)"
    seconds = figures["train_s"] * scale
    ratio = f"{seconds / ours.figures['train_s']:.1f}x" if ours.figures else "-"
    quality = ["-"] * 3 if scale > 1 else measure_quality(matrix.Y_valid, outcome.scores)
    times = [f"{seconds:,.1f}{note}", ratio, f"{figures['peak_mb']:,.0f}", f"{figures['score_s']:.2f}"]
    return [outcome.method.name, *sizes, *times, *quality]


def make_sample_row(outcome: Outcome, ours: np.ndarray, matrix: Matrix) -> list[str]:
    """Micro-F1 on the tags that a method learned, ours beside it."""
    tags = sample_tags(matrix.Y, outcome.method.sample)
    Y = csr_matrix(matrix.Y_valid[:, tags])
    f1 = [measure_quality(Y, scores)[0] for scores in (outcome.scores, ours[:, tags]) if scores is not None]
    return [outcome.method.name, str(len(tags)), *f1]


def measure_quality(Y: csr_matrix, scores: np.ndarray) -> list[str]:
    """Micro-F1 with the best common threshold, F1@5, precision@1."""
    threshold = choose_threshold(Y, scores, ThresholdParams())
    figures = measure(Y, scores, Rule(threshold).choose(scores))
    return [f"{figures[name]:.4f}" for name in ("f1_micro", "f1_at_5", "precision_at_1")]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("data"), help="of a run: clean, features, split")
    parser.add_argument("--title", default="the bundled sample", help="what the data is")
    parser.add_argument("--limit", type=float, default=600, help="seconds for a method")
    args = parser.parse_args()
    with TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch, "matrix")
        run_limited(
            [sys.executable, "-m", "bench.build", str(args.data), str(folder)], args.limit, Path(scratch, "log")
        )
        lines = compare(folder, METHODS, Path(scratch), args.limit)
    write_section(f"Training methods on one matrix: {args.title}", [*describe(args.title), "", *lines])


def describe(title: str) -> list[str]:
    """What the table holds."""
    command = "make bench" + ("" if title == "the bundled sample" else ' DATA=... TITLE="..."')
    return [
        f"`{command}`. 2 cores, 2 jobs for all, one run. Features as in params.yaml, fitted to the training questions;",
        "micro-F1 with one threshold for all tags, the best on the validation questions, F1@5 and P@1 on the same.",
        "Peak: of the largest process, until training ends. Scaled: the time for tags drawn evenly over the ranks of",
        "frequency, times all / drawn.",
    ]


if __name__ == "__main__":
    main()
