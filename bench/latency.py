"""How long a saved tagger takes for questions as they are typed: `python -m bench.latency DATA TAGGER OUT`."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from tagger.cleaning import Cleaned, clean_question
from tagger.io import read_months, read_table
from tagger.tagger import Tagger

SINGLE, BATCH, WARM, TOP = 500, 2000, 20, 5


def load_raw(data: Path) -> pd.DataFrame:
    """Title and body of the validation questions."""
    rows = read_table(data / "split/rows.parquet")
    rows = rows[rows["role"] == "validation"]
    raw = read_months(data / "raw", sorted(rows["month"].unique()), ["question_id", "title", "body"])
    return raw[raw["question_id"].isin(rows["question_id"])].head(BATCH)


def time_single(tagger: Tagger, raw: pd.DataFrame) -> dict[str, float]:
    """Milliseconds of Tagger.suggest, one question after the other: median and 99%, by the clock and of the core."""
    texts = list(zip(raw["title"], raw["body"], strict=True))
    for title, body in texts[:WARM]:
        tagger.suggest(title, body, TOP)
    wall, cpu = [], []
    for title, body in texts[:SINGLE]:
        start, busy = time.perf_counter(), time.process_time()
        tagger.suggest(title, body, TOP)
        wall.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.process_time() - busy))
    quantiles = {
        f"{name}_{share}": float(np.quantile(taken, share))
        for name, taken in (("wall", wall), ("cpu", cpu))
        for share in (0.5, 0.99)
    }
    return {"questions": len(wall)} | quantiles


def time_batch(tagger: Tagger, raw: pd.DataFrame) -> dict[str, float]:
    """Questions a second, cleaned and scored together."""
    start = time.perf_counter()
    cleaned = [
        clean_question(title, body, tagger.settings.clean)
        for title, body in zip(raw["title"], raw["body"], strict=True)
    ]
    questions = pd.DataFrame(cleaned, columns=list(Cleaned._fields))
    middle = time.perf_counter()
    tagger.scores(questions)
    end = time.perf_counter()
    return {
        "batch": len(raw),
        "clean_per_s": len(raw) / (middle - start),
        "score_per_s": len(raw) / (end - middle),
        "per_s": len(raw) / (end - start),
    }


def main() -> None:
    data, folder, out = map(Path, sys.argv[1:])
    raw, tagger = load_raw(data), Tagger.load(folder)
    with threadpool_limits(1):
        figures = time_single(tagger, raw) | time_batch(tagger, raw)
    out.write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
