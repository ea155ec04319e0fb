"""LIBLINEAR through its own Python package: the same loss as LinearSVC (solver 1, C 0.5), a classifier a tag."""

from ctypes import c_double
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from liblinear.liblinearutil import parameter, problem, train
from scipy.sparse import csc_matrix, csr_matrix

from bench.method import Score, run


def learn_tags(X: csr_matrix, labels: np.ndarray) -> np.ndarray:
    """Weights of some tags (tags x columns + 1), the rows handed over once."""
    rows = problem(labels[0], X, bias=1)
    return np.array([learn_tag(rows, y) for y in labels], dtype=np.float32)


def learn_tag(rows: problem, y: np.ndarray) -> np.ndarray:
    """Weights of one tag; the first row's class is LIBLINEAR's positive one."""
    rows.y = (c_double * len(y))(*y)
    model = train(rows, parameter("-s 1 -c 0.5 -B 1 -q"))
    return np.array(model.w[: model.nr_feature + 1]) * (1 if model.get_labels()[0] == 1 else -1)


def learn(X: csr_matrix, Y: csr_matrix, jobs: int, folder: Path) -> Score:  # noqa: ARG001
    """The tags in as many processes as jobs."""
    labels = csc_matrix(Y).toarray().T.astype(np.float64)
    with get_context("fork").Pool(jobs) as pool:
        weights = np.vstack(pool.starmap(learn_tags, [(X, part) for part in np.array_split(labels, jobs)]))
    return lambda rows: rows @ weights[:, :-1].T + weights[:, -1]


if __name__ == "__main__":
    run(learn)
