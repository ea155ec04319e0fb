"""The score from which a tag is suggested."""

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger.params import Section


class ThresholdParams(Section):
    """Section `thresholds`. `fallback` is used where no validation question is there to choose on."""

    fallback: float = 0.5
    most: int = Field(default=20, ge=1)


def choose_threshold(Y: csr_matrix, scores: np.ndarray, params: ThresholdParams) -> float:
    """The one threshold for all tags with the highest micro-F1 on the rows of Y (questions x tags).

    Only each question's `most` best scores are candidates, so that memory does not grow with the tags.
    """
    if Y.sum() == 0:
        return params.fallback
    most = min(params.most, scores.shape[1])
    best = np.argpartition(-scores, most - 1, axis=1)[:, :most]
    rows = np.arange(len(scores))[:, None]
    candidates = scores[rows, best].ravel()
    hits = np.asarray(Y[np.repeat(rows.ravel(), most), best.ravel()]).ravel()
    order = np.argsort(-candidates, kind="stable")
    candidates, hits = candidates[order], hits[order].astype(np.int64)
    f1 = 2 * np.cumsum(hits) / (np.arange(1, len(hits) + 1) + Y.sum())
    # A cut between equal scores cannot be made.
    f1[:-1][candidates[:-1] == candidates[1:]] = -1
    cut = int(np.argmax(f1))
    if cut + 1 == len(candidates):
        return float(candidates[cut])
    middle = (candidates[cut] + candidates[cut + 1]) / 2
    return float(middle if middle > candidates[cut + 1] else candidates[cut])
