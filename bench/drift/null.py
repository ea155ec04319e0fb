"""How often a month alarms in which nothing has changed: random splits of one period into reference and month."""

import time
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from bench.drift.alarms import compare_all, find_chances, list_alarms, make_watches
from bench.drift.pool import Pool, read_drift
from bench.results import format_table

LEVELS = (0.05, 0.01, 0.001)


def split(pool: Pool, tags: Sequence[str], size: int, seed: int) -> list[dict[str, object]]:
    """One split; a row for each comparison: its least q at each of LEVELS, whether it alarms."""
    drift = read_drift()
    order = np.random.default_rng(seed).permutation(len(pool))
    reference, known = pool.view_reference(order[size:], drift)
    month = pool.view_month(order[:size], known)
    watches = make_watches(reference, drift, tags)
    tables = compare_all(watches["shipped"], month)
    alarms = {name: list_alarms(watch, tables) for name, watch in watches.items()}
    chances = {level: find_chances(tables, level) for level in LEVELS}
    return [
        {"split": seed, "test": test}
        | {level: chances[level][test] <= level for level in LEVELS}
        | {name: found[test] for name, found in alarms.items()}
        for test in tables
    ]


def measure_null(pool: Pool, tags: Sequence[str], sizes: Sequence[int], splits: int) -> list[str]:
    """Markdown."""
    lines, found, seconds = [], {}, {}
    for size in sizes:
        start = time.perf_counter()
        found[size] = pd.DataFrame([row for seed in range(splits) for row in split(pool, tags, size, seed)])
        seconds[size] = (time.perf_counter() - start) / splits
        print(size, f"{seconds[size]:.2f} s a split", flush=True)
    head = ["questions in the month", "in the reference", "splits", "alarms as shipped (95%)"]
    head += ["all 5% on this month (95%)", "s a split"]
    lines += format_table(
        head,
        [
            [f"{size:,}", f"{len(pool) - size:,}", str(splits)]
            + [show_share(table.groupby("split")[name].any()) for name in ("shipped", "one month")]
            + [f"{seconds[size]:.2f}"]
            for size, table in found.items()
        ],
    )
    lines += ["", "Each test alone, whatever the effect: splits in which its least corrected p is at most", ""]
    head = ["test", *(f"{level:g}, n = {size:,}" for size in sizes for level in LEVELS)]
    tests = list(dict.fromkeys(found[sizes[0]]["test"]))
    rows = [
        [test] + [show_share(found[size].loc[found[size]["test"] == test, level]) for size in sizes for level in LEVELS]
        for test in tests
    ]
    return [*lines, *format_table(head, rows)]


def show_share(hits: pd.Series) -> str:
    """A share with its exact 95% interval (Clopper and Pearson)."""
    interval = binomtest(int(hits.sum()), len(hits)).proportion_ci(method="exact")
    return f"{hits.mean():.1%} ({interval.low:.1%} to {interval.high:.1%})"
