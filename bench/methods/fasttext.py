"""fastText, one against all: the columns of a row are its words, their weights cannot be told."""

from pathlib import Path

import fasttext
import numpy as np
from scipy.sparse import csr_matrix

from bench.matrix import fill_scores
from bench.method import BEST, Score, run

PREFIX = "__label__"


def write_words(X: csr_matrix, row: int) -> str:
    """A row as text."""
    return " ".join(f"f{column}" for column in X.indices[X.indptr[row] : X.indptr[row + 1]])


def write_labels(Y: csr_matrix, row: int) -> str:
    """Its tags."""
    return " ".join(f"{PREFIX}{tag}" for tag in Y.indices[Y.indptr[row] : Y.indptr[row + 1]])


def learn(X: csr_matrix, Y: csr_matrix, jobs: int, folder: Path) -> Score:
    """All tags."""
    path, tags = folder / "train.txt", Y.shape[1]
    lines = (f"{write_labels(Y, row)} {write_words(X, row)}\n" for row in np.flatnonzero(np.diff(Y.indptr)))
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines)
    model = fasttext.train_supervised(str(path), loss="ova", epoch=25, lr=0.5, thread=jobs, verbose=0)

    def score(rows: csr_matrix) -> np.ndarray:
        labels, values = model.predict([write_words(rows, row) for row in range(rows.shape[0])], k=BEST)
        numbers = [[int(label.removeprefix(PREFIX)) for label in row] for row in labels]
        return fill_scores([list(zip(*pair, strict=True)) for pair in zip(numbers, values, strict=True)], tags, -1)

    return score


if __name__ == "__main__":
    run(learn)
