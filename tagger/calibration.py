"""Scores to probabilities, learned on validation questions."""

from typing import Any, Literal

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger.params import Section

# Scores below a question's best are next to certain; they need no part in the fit.
CANDIDATES = 50
LEAST = 1e-6


class CalibrationParams(Section):
    """Section `calibration`. `groups`: of tags, by how often each was trained on, with a curve of their own each."""

    method: Literal["none", "sigmoid", "isotonic"] = "sigmoid"
    groups: int = Field(default=1, ge=1, le=20)


class Calibrator:
    """A curve for each group of tags; without any, scores stay as they are.

    sigmoid is Platt's (1999): the logistic function of a scaled and shifted score, or logit where scores are
    probabilities. isotonic is a rising line through `knots_`, by sklearn's IsotonicRegression.
    """

    def __init__(self, curves: list[dict[str, list[float]]] | None = None, group: np.ndarray | None = None) -> None:
        self.curves_ = curves or []
        self.group_ = np.zeros(0, np.int64) if group is None else group

    def fit(self, Y: csr_matrix, scores: np.ndarray, trained: np.ndarray, params: CalibrationParams) -> "Calibrator":
        """Learn from labels and scores (questions x tags); `trained` counts the training questions of each tag."""
        if params.method == "none" or Y.sum() == 0:
            return self
        from tagger.metrics import best_entries  # and so pandas

        self.group_ = group_tags(trained, params.groups)
        rows, tags = best_entries(scores, CANDIDATES)
        hits = np.asarray(Y[rows, tags]).ravel().astype(np.int8)
        found, group = scores[rows, tags], self.group_[tags]
        fit = CURVES[params.method][0]
        whole = fit(found, hits)
        self.curves_ = [
            fit(found[group == number], hits[group == number]) if hits[group == number].any() else whole
            for number in range(params.groups)
        ]
        return self

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities (questions x tags, float32)."""
        if not self.curves_:
            return scores
        probabilities = np.empty_like(scores, dtype=np.float32)
        for number, curve in enumerate(self.curves_):
            tags = slice(None) if len(self.curves_) == 1 else self.group_ == number
            probabilities[:, tags] = CURVES["sigmoid" if "slope" in curve else "isotonic"][1](scores[:, tags], curve)
        return probabilities

    def as_dict(self) -> dict[str, Any]:
        """What `Calibrator(**...)` needs, in JSON's types."""
        return {"curves": self.curves_, "group": self.group_.tolist()}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Calibrator":
        """The calibrator that `as_dict` packed."""
        return cls(saved["curves"], np.array(saved["group"], dtype=np.int64))


def group_tags(trained: np.ndarray, groups: int) -> np.ndarray:
    """The group of each tag, 0 the rarest; all have about as many tags."""
    order = np.argsort(trained, kind="stable")
    group = np.empty(len(trained), np.int64)
    group[order] = np.arange(len(trained)) * groups // max(len(trained), 1)
    return group


def fit_sigmoid(scores: np.ndarray, hits: np.ndarray) -> dict[str, list[float]]:
    """Platt's slope and intercept."""
    from sklearn.linear_model import LogisticRegression

    if hits.min() == hits.max():
        return {"slope": [1.0], "intercept": [0.0], "logit": [float(are_probabilities(scores))]}
    logit = are_probabilities(scores)
    fitted = LogisticRegression(C=1e6).fit(prepare(scores, logit)[:, None], hits)
    return {
        "slope": [round(float(fitted.coef_[0, 0]), 6)],
        "intercept": [round(float(fitted.intercept_[0]), 6)],
        "logit": [float(logit)],
    }


def are_probabilities(scores: np.ndarray) -> bool:
    """Whether all scores lie in [0, 1]; margins do not."""
    return bool(scores.min() >= 0 and scores.max() <= 1)


def prepare(scores: np.ndarray, logit: bool) -> np.ndarray:
    """Logits of probabilities; margins as they are."""
    scores = scores.astype(np.float64)
    if not logit:
        return scores
    clipped = scores.clip(LEAST, 1 - LEAST)
    logits: np.ndarray = np.log(clipped / (1 - clipped))
    return logits


def apply_sigmoid(scores: np.ndarray, curve: dict[str, list[float]]) -> np.ndarray:
    """Platt's curve."""
    margins = prepare(scores, bool(curve["logit"][0])) * curve["slope"][0] + curve["intercept"][0]
    probabilities: np.ndarray = 1 / (1 + np.exp(-margins))
    return probabilities


def fit_isotonic(scores: np.ndarray, hits: np.ndarray) -> dict[str, list[float]]:
    """The knots of a rising line."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0, y_max=1).fit(scores.astype(np.float64), hits)
    return {"knots": fitted.X_thresholds_.tolist(), "values": fitted.y_thresholds_.tolist()}


def apply_isotonic(scores: np.ndarray, curve: dict[str, list[float]]) -> np.ndarray:
    """The line between the knots, level outside; a trace of the score keeps the order where it is level."""
    line = np.interp(scores, curve["knots"], curve["values"])
    order = 1 / (1 + np.exp(-scores.astype(np.float64)))
    probabilities: np.ndarray = (1 - LEAST) * line + LEAST * order
    return probabilities


CURVES = {"sigmoid": (fit_sigmoid, apply_sigmoid), "isotonic": (fit_isotonic, apply_isotonic)}
