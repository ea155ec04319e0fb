"""scikit-learn's OneVsRestClassifier(LinearSVC)."""

from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

from bench.method import Score, run


def learn(X: csr_matrix, Y: csr_matrix, jobs: int, folder: Path) -> Score:  # noqa: ARG001
    """One classifier a tag."""
    # It numbers the tags in the labels' own type, and uint8 ends at 255.
    model = OneVsRestClassifier(LinearSVC(C=0.5), n_jobs=jobs).fit(X, Y.astype(np.int64))
    return model.decision_function


if __name__ == "__main__":
    run(learn)
