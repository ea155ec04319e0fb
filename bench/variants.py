"""Ways to estimate micro-F1 without labels, side by side; the last one is tagger.drift.estimate as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from tagger.calibration import prepare
from tagger.drift.estimate import Estimator, clip_weights
from tagger.drift.pairs import list_pairs, look_up


@dataclass(frozen=True)
class Answers:
    """What a tagger answers to questions, and their labels (questions x tags)."""

    Y: csr_matrix
    probabilities: np.ndarray
    predicted: csr_matrix

    def count(self) -> np.ndarray:
        """Twice the hits, and the suggested and true tags together, of each question (questions x 2)."""
        hits, suggested, true = (
            np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()
            for matrix in (self.Y.multiply(self.predicted), self.predicted, self.Y)
        )
        return np.column_stack([2 * hits, suggested + true])


@dataclass(frozen=True)
class Asked:
    """Questions, of which the labels are not to be looked at, beside the reference and its odds to be one of them."""

    reference: Answers
    asked: Answers
    estimator: Estimator
    odds: np.ndarray

    def weigh(self, weighted: bool) -> np.ndarray:
        """Of each reference question."""
        count = len(self.odds)
        return clip_weights(self.odds, count)[0] if weighted else np.ones(count)


def count_f1(counts: np.ndarray) -> np.ndarray:
    """Micro-F1 of the sums of Answers.count (... x 2)."""
    return counts[..., 0] / counts[..., 1]


def keep(case: Asked, weighted: bool) -> float:
    """The reference's own."""
    return float(count_f1(case.weigh(weighted) @ case.reference.count()))


def believe(answers: Answers) -> float:
    """Probabilities are taken as they are."""
    hits = answers.probabilities[answers.predicted.nonzero()].sum(dtype=np.float64)
    return float(2 * hits / (answers.predicted.sum() + answers.probabilities.sum(dtype=np.float64)))


def differ(case: Asked) -> float:
    """The reference's own, and by how much probabilities as they are expect more or less than there."""
    return keep(case, False) + believe(case.asked) - believe(case.reference)


def recalibrate(case: Asked, method: str, weighted: bool) -> float:
    """One curve for suggested tags and others; tags that are no question's candidates are as frequent as they were."""
    weights, reference, asked = case.weigh(weighted), case.reference, case.asked
    rows, tags, _ = list_pairs(reference.probabilities, reference.predicted)
    hits = look_up(reference.Y, rows, tags).astype(np.int8)
    beyond = np.asarray(reference.Y.sum(axis=1)).ravel() - np.bincount(rows, hits, len(weights))
    curve = CURVES[method](reference.probabilities[rows, tags], hits, weights[rows])
    rows, tags, suggested = list_pairs(asked.probabilities, asked.predicted)
    expected = curve(asked.probabilities[rows, tags])
    true = expected.sum() + np.average(beyond, weights=weights) * len(asked.probabilities)
    return float(2 * expected[suggested].sum() / (suggested.sum() + true))


def fit_isotonic(scores: np.ndarray, hits: np.ndarray, weights: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """A rising curve."""
    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, hits, sample_weight=weights)
    return lambda found: np.asarray(fitted.predict(found), dtype=np.float64)


def fit_logistic(scores: np.ndarray, hits: np.ndarray, weights: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Platt's curve of logits."""
    fitted = LogisticRegression(C=1e6).fit(prepare(scores, True)[:, None], hits, sample_weight=weights)
    return lambda found: np.asarray(fitted.predict_proba(prepare(found, True)[:, None])[:, 1])


def take_default(case: Asked, weighted: bool) -> float:
    """Of tagger.drift.estimate."""
    asked = case.asked
    estimate = case.estimator.estimate(asked.probabilities, asked.predicted, case.odds if weighted else None)
    return float("nan") if estimate.f1_micro is None else estimate.f1_micro


CURVES = {"isotonic": fit_isotonic, "logistic": fit_logistic}
PLAIN, CHOSEN = "probabilities as they are", "bins, weighted (the default)"
VARIANTS: dict[str, Callable[[Asked], float]] = {
    "the reference's micro-F1": partial(keep, weighted=False),
    "the reference's, weighted": partial(keep, weighted=True),
    PLAIN: lambda case: believe(case.asked),
    "reference + difference as they are": differ,
    "logistic": partial(recalibrate, method="logistic", weighted=False),
    "logistic, weighted": partial(recalibrate, method="logistic", weighted=True),
    "isotonic": partial(recalibrate, method="isotonic", weighted=False),
    "isotonic, weighted": partial(recalibrate, method="isotonic", weighted=True),
    "bins": partial(take_default, weighted=False),
    CHOSEN: partial(take_default, weighted=True),
}
