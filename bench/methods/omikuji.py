"""omikuji's label trees (three, as Parabel) with its own defaults; writing the file it reads counts as training."""

from pathlib import Path

import numpy as np
import omikuji
from scipy.sparse import csr_matrix

from bench.matrix import fill_scores
from bench.method import BEST, Score, run


def write_rows(X: csr_matrix, Y: csr_matrix, path: Path) -> None:
    """The format of the Extreme Classification Repository."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{X.shape[0]} {X.shape[1]} {Y.shape[1]}\n")
        for row in range(X.shape[0]):
            labels = ",".join(map(str, Y.indices[Y.indptr[row] : Y.indptr[row + 1]]))
            file.write(f"{labels} {' '.join(f'{column}:{value:.6g}' for column, value in list_pairs(X, row))}\n")


def list_pairs(X: csr_matrix, row: int) -> list[tuple[int, float]]:
    """Columns and values of a row."""
    span = slice(X.indptr[row], X.indptr[row + 1])
    return list(zip(X.indices[span].tolist(), X.data[span].tolist(), strict=True))


def learn(X: csr_matrix, Y: csr_matrix, jobs: int, folder: Path) -> Score:
    """All tags."""
    labelled = np.flatnonzero(np.diff(Y.indptr))
    write_rows(X[labelled], Y[labelled], folder / "train.txt")
    model = omikuji.Model.train_on_data(str(folder / "train.txt"), n_threads=jobs)
    model.init_prediction_thread_pool(jobs)
    tags = Y.shape[1]

    def score(rows: csr_matrix) -> np.ndarray:
        best = [model.predict(list_pairs(rows, row), top_k=BEST) for row in range(rows.shape[0])]
        return fill_scores(best, tags, -1)

    return score


if __name__ == "__main__":
    run(learn)
