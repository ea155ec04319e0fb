"""scikit-learn's OneVsRestClassifier(LogisticRegression)."""

from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from bench.method import Score, run


def learn(X: csr_matrix, Y: csr_matrix, jobs: int, folder: Path) -> Score:  # noqa: ARG001
    """One classifier a tag, with the default solver."""
    # It numbers the tags in the labels' own type, and uint8 ends at 255.
    model = OneVsRestClassifier(LogisticRegression(C=10, max_iter=1000), n_jobs=jobs).fit(X, Y.astype(np.int64))
    return model.predict_proba


if __name__ == "__main__":
    run(learn)
