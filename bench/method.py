"""One method in a process of its own: learn, score the validation rows, say what it took."""

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from bench.matrix import load_matrix, sample_tags

Score = Callable[[csr_matrix], np.ndarray]
# Features, labels, jobs, a folder for files: gives the function that scores rows.
Learn = Callable[[csr_matrix, csr_matrix, int, Path], Score]
# Tags of a row that a method without scores of all tags is asked for.
BEST = 20


def run(learn: Learn) -> None:
    """Read the matrix of the folder, write scores.npy and figures.json into the other one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("matrix", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tags", type=int)
    args = parser.parse_args()
    matrix = load_matrix(args.matrix)
    Y = csr_matrix(matrix.Y[:, sample_tags(matrix.Y, args.tags)])
    start = time.perf_counter()
    score = learn(matrix.X, Y, args.jobs, args.out)
    learned = time.perf_counter()
    peak = read_peak()
    scores = score(matrix.X_valid)
    figures = {"train_s": learned - start, "score_s": time.perf_counter() - learned, "peak_mb": peak}
    np.save(args.out / "scores.npy", scores)
    (args.out / "figures.json").write_text(json.dumps(figures | {"tags": Y.shape[1]}), encoding="utf-8")


def read_peak() -> float:
    """Peak memory (MB) up to now of this process, or of the largest of those it started and saw end."""
    # Of Linux: ru_maxrss of a process itself begins with what the one that started it had.
    (own,) = (line for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines() if "VmHWM" in line)
    return max(int(own.split()[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
