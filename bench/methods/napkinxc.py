"""napkinXC's probabilistic label tree with its own defaults."""

from pathlib import Path

import numpy as np
from napkinxc.models import PLT
from scipy.sparse import csr_matrix

from bench.matrix import fill_scores
from bench.method import BEST, Score, run


def learn(X: csr_matrix, Y: csr_matrix, jobs: int, folder: Path) -> Score:
    """All tags."""
    model = PLT(str(folder / "plt"), threads=jobs, seed=0)
    tags = Y.shape[1]
    model.fit(X, [row.tolist() for row in np.split(Y.indices, Y.indptr[1:-1])])
    return lambda rows: fill_scores(model.predict_proba(rows, top_k=BEST), tags, -1)


if __name__ == "__main__":
    run(learn)
