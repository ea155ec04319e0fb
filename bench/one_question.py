"""One question at a time, into bench/RESULTS.md: `python -m bench.one_question DATA --models NAME,NAME --title WORDS`.

Each model is fitted to the training questions of DATA, then loaded in a process of its own with an empty cache of
compiled code. Half of the validation questions warm it up; the times are of the others, each asked once.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.results import format_table, write_section

TOP, EXPLAINED, QUESTIONS, SLOW = 5, 3, 1000, 50
TYPED = ("How do I join two tables in SQL?", "<p>I have two tables.</p><pre><code>select * from a</code></pre>")
HEAD = ("model", "tags", "start s", "first ms", "p50 ms", "p99 ms", "core ms", "in batch code ms", "explain ms", "MB")


def fit(data: Path, model: str, folder: Path) -> None:
    """A tagger as params.yaml has it, calibrated on the validation questions."""
    from bench.build import load_learned, read_params
    from bench.fit import settle
    from tagger.engine import Engine
    from tagger.params import choose_module, parse_section
    from tagger.tagger import Settings, Tagger
    from tagger.text import CleanParams
    from tagger.vectorizer import FeatureParams

    params = read_params()
    features = parse_section(FeatureParams, params["features"], "features")
    clean = parse_section(CleanParams, params["clean"], "clean")
    settings = Settings(model, params["models"][model], features, clean, params["train"]["seed"])
    reads = choose_module("tagger.models", model, "model").Model.reads
    learned = load_learned(data, reads)
    tagger = Tagger(settings, learned.tags).fit(learned.train, Engine(2), learned.validation)
    settle(tagger, learned)
    tagger.save(folder, {})


def measure(folder: Path, questions: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Start, answer, explain. Nothing of tagger has been imported before."""
    start = time.perf_counter()
    from tagger.tagger import Tagger

    tagger = Tagger.load(folder)
    loaded = time.perf_counter()
    tagger.suggest(*TYPED, TOP)
    answered = time.perf_counter()
    half = len(questions) // 2
    for question in questions[:half]:
        tagger.suggest(*question, TOP)
    wall, core = clock(lambda question: tagger.suggest(*question, TOP), questions[half:])
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    from tagger.cleaning import read_texts

    few = questions[half : half + SLOW]
    tagger.score_whole(read_texts(*few[0]))  # which compiles
    tagger.explain(*few[0], tagger.tags[:1])
    whole, _ = clock(lambda question: tagger.score_whole(read_texts(*question)), few)
    explained, _ = clock(lambda question: tagger.explain(*question, tagger.tags[:EXPLAINED]), few)
    seconds = {"start": loaded - start, "first": answered - loaded}
    rest = {
        "whole": float(np.median(whole)),
        "explain": float(np.median(explained)),
        "mb": pages * resource.getpagesize() / (1 << 20),
    }
    quantiles = {"p50": float(np.median(wall)), "p99": float(np.quantile(wall, 0.99)), "core": float(np.mean(core))}
    return {"model": tagger.settings.model, "tags": len(tagger.tags)} | seconds | quantiles | rest


def clock(
    call: Callable[[tuple[str, str]], Any], questions: Sequence[tuple[str, str]]
) -> tuple[list[float], list[float]]:
    """Seconds of each call by the clock, and of the core."""
    wall, core = [], []
    for question in questions:
        start, busy = time.perf_counter(), time.thread_time()
        call(question)
        core.append(time.thread_time() - busy)
        wall.append(time.perf_counter() - start)
    return wall, core


def run(data: Path, model: str) -> dict[str, Any]:
    """Fit here, measure in a fresh process that has one thread and no compiled code."""
    from bench.latency import load_raw

    with tempfile.TemporaryDirectory() as scratch:
        fit(data, model, Path(scratch, "tagger"))
        raw = load_raw(data).head(QUESTIONS)
        Path(scratch, "questions.json").write_text(json.dumps([*zip(raw["title"], raw["body"], strict=True)]), "utf-8")
        command = [sys.executable, "-m", "bench.one_question", scratch]
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        env = os.environ | one | {"NUMBA_CACHE_DIR": f"{scratch}/numba"}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def format_row(figures: dict[str, Any]) -> list[str]:
    """A line of the table: seconds of the start, else milliseconds."""
    thousandths = [f"{1000 * figures[name]:.2f}" for name in ("first", "p50", "p99", "core", "whole", "explain")]
    return [figures["model"], f"{figures['tags']:,}", f"{figures['start']:.2f}", *thousandths, f"{figures['mb']:.0f}"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path, help="of a pipeline run")
    parser.add_argument("--models", type=lambda names: names.split(","), help="of params.yaml")
    parser.add_argument("--title", default="the sample")
    args = parser.parse_args()
    if not args.models:
        questions = json.loads((args.data / "questions.json").read_text("utf-8"))
        print(json.dumps(measure(args.data / "tagger", questions)))
        return
    table = format_table(HEAD, [format_row(run(args.data, model)) for model in args.models])
    words = [
        f"`python -m bench.one_question DATA --models {','.join(args.models)} --title '{args.title}'`",
        "",
        "One process, one thread, an empty cache of compiled code. start: import and load; first: the first answer.",
        "p50, p99: `Tagger.suggest` of questions it has not seen, cleaning included, by the clock; core: mean of the",
        "processor's time. In batch code: the same question as a batch of one. explain: three tags, median. MB: in the",
        "end.",
    ]
    write_section(f"One question: {args.title}", [*words, "", *table])
    print("\n".join(table))


if __name__ == "__main__":
    main()
