"""Bootstrap intervals of a run's test metrics, over questions: `python -m bench.intervals [data]`."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from tagger.io import read_table

SAMPLES = 1000
TOP = 5


def main() -> None:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "data")
    counts = count_hits(read_table(data / "predictions.parquet"), set(read_table(data / "split/tags.parquet")["tag"]))
    for name, (value, low, high) in find_intervals(counts).items():
        print(f"{name} {value:.4f} ({low:.4f} to {high:.4f})")


def count_hits(predictions: pd.DataFrame, learned: set[str]) -> pd.DataFrame:
    """Of each question the learned tags that it has, those suggested and found, and its F1@5 (NaN without tags)."""
    true = [learned.intersection(tags) for tags in predictions["tags"]]
    suggested = predictions["suggested"].map(set)
    hits = np.array([len(a & b) for a, b in zip(true, suggested, strict=True)])
    best = np.array([len(a.intersection(ranked[:TOP])) for a, ranked in zip(true, predictions["ranked"], strict=True)])
    size = np.array([len(tags) for tags in true])
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = best / TOP, best / np.minimum(size, TOP)
        f1 = np.where(best > 0, 2 * precision * recall / (precision + recall), np.where(size > 0, 0.0, np.nan))
    return pd.DataFrame({"true": size, "suggested": suggested.map(len).to_numpy(), "hits": hits, "f1_at_5": f1})


def find_intervals(counts: pd.DataFrame, seed: int = 0) -> dict[str, tuple[float, float, float]]:
    """f1_micro and f1_at_5, each with the 2.5th and 97.5th percentile of SAMPLES resamples of the questions."""
    random, table = np.random.default_rng(seed), counts.to_numpy()
    drawn = [measure(table[random.integers(0, len(table), len(table))]) for _ in range(SAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return dict(zip(("f1_micro", "f1_at_5"), zip(measure(table), low, high, strict=True), strict=True))


def measure(table: np.ndarray) -> tuple[float, float]:
    """Micro-F1 and F1@5 of rows true, suggested, hits, f1_at_5."""
    true, suggested, hits = table[:, :3].sum(axis=0)
    return 2 * hits / max(true + suggested, 1), float(np.nanmean(table[:, 3]))


if __name__ == "__main__":
    main()
