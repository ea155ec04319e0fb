"""Which tags are suggested: from a score on, one for all tags or one for each, or the best set for each question."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger.params import Section


class ThresholdParams(Section):
    """Section `thresholds`. `fallback` is used where no validation question is there to choose on.

    per_tag: a tag with at least `min_questions` validation questions has its own threshold, drawn to the common one
    as if that were that of `smoothing` questions more.
    """

    method: Literal["global", "per_tag", "expected_f1"] = "global"
    fallback: float = 0.5
    most: int = Field(default=20, ge=1)
    min_questions: int = Field(default=20, ge=1)
    smoothing: float = Field(default=20, ge=0)


@dataclass(frozen=True)
class Rule:
    """`threshold` for all tags (float) or for each (list); `most` where the best set is chosen, of so many tags."""

    threshold: float | list[float]
    most: int | None = None

    def choose(self, scores: np.ndarray) -> csr_matrix:
        """The suggested tags (questions x tags, uint8)."""
        if self.most is None:
            return csr_matrix(scores >= np.array(self.threshold, dtype=np.float64), dtype=np.uint8)
        return choose_sets(scores, self.most)

    def as_dict(self) -> dict[str, Any]:
        return {"threshold": self.threshold, "most": self.most}


def choose_rule(Y: csr_matrix, scores: np.ndarray, params: ThresholdParams) -> Rule:
    """The rule with the highest micro-F1 on the rows of Y (questions x tags), of the kind asked for."""
    common = choose_threshold(Y, scores, params)
    if params.method == "expected_f1":
        return Rule(common, params.most)
    if params.method == "per_tag" and Y.sum():
        return Rule(choose_thresholds(Y, scores, common, params))
    return Rule(common)


def choose_threshold(Y: csr_matrix, scores: np.ndarray, params: ThresholdParams) -> float:
    """The one threshold for all tags with the highest micro-F1.

    With calibrated probabilities it lies near half that F1 (Lipton et al. 2014, arXiv 1402.1892). Only each
    question's `most` best scores are candidates, so that memory does not grow with the tags.
    """
    from tagger.metrics import best_entries  # and so pandas

    if Y.sum() == 0:
        return params.fallback
    rows, tags = best_entries(scores, params.most)
    return cut_best(scores[rows, tags], np.asarray(Y[rows, tags]).ravel(), int(Y.sum()))


def cut_best(scores: np.ndarray, hits: np.ndarray, true: int) -> float:
    """The threshold on scores with the highest F1, of `true` labels; the middle between the scores beside it."""
    order = np.argsort(-scores, kind="stable")
    scores, hits = scores[order], hits[order].astype(np.int64)
    f1 = 2 * np.cumsum(hits) / (np.arange(1, len(hits) + 1) + true)
    # A cut between equal scores cannot be made.
    f1[:-1][scores[:-1] == scores[1:]] = -1
    cut = int(np.argmax(f1))
    if cut + 1 == len(scores):
        return float(scores[cut])
    middle = (scores[cut] + scores[cut + 1]) / 2
    return float(middle if middle > scores[cut + 1] else scores[cut])


def choose_thresholds(Y: csr_matrix, scores: np.ndarray, common: float, params: ThresholdParams) -> list[float]:
    """A threshold for each tag, drawn to the common one."""
    labels = Y.toarray()
    thresholds = np.full(Y.shape[1], common)
    true = labels.sum(axis=0)
    for tag in np.flatnonzero(true >= params.min_questions):
        own = cut_best(scores[:, tag], labels[:, tag], int(true[tag]))
        thresholds[tag] = (true[tag] * own + params.smoothing * common) / (true[tag] + params.smoothing)
    return [round(float(threshold), 6) for threshold in thresholds]


def choose_sets(probabilities: np.ndarray, most: int) -> csr_matrix:
    """For each question the set of tags with the highest expected F1, at least one.

    The expectation of the ratio is taken as the ratio of expectations, 2 * sum(p of the set) / (size + sum(p)).
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :most]
    best = np.take_along_axis(probabilities, order, axis=1)
    expected = probabilities.sum(axis=1, keepdims=True)
    f1 = np.cumsum(best, axis=1) / (np.arange(1, order.shape[1] + 1) + expected)
    size = f1.argmax(axis=1) + 1
    kept = np.arange(order.shape[1]) < size[:, None]
    chosen = np.zeros(probabilities.shape, np.uint8)
    np.put_along_axis(chosen, order, kept.astype(np.uint8), axis=1)
    return csr_matrix(chosen)
