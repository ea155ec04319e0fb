"""The micro-F1 of questions whose tags are not known, from how often such probabilities came true before.

Reference questions, held out and their tags known, say how often a tag of such a probability is right, apart for tags
that are suggested and tags that are not: of those questions themselves the estimate is what was measured. Weights, the
odds of a classifier that tells them from the questions asked about, liken them to these: M-CBPE (Białek et al. 2024,
arXiv 2401.08348). Where like questions have come to be tagged otherwise (concept drift), nothing here sees it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from tagger.drift.pairs import count_pairs, make_bins
from tagger.errors import DataError
from tagger.metrics import DIGITS

DRAWS = 500
# Odds above this quantile are cut down to it, as Cole and Hernán (2008, Am J Epidemiol 168) do.
CUT = 0.99
# With fewer a handful of questions would decide: then all weigh the same.
LEAST_EFFECTIVE = 30


@dataclass(frozen=True)
class Estimate:
    """The micro-F1 to expect and, with 95%, the range of the one that labels would give; None: nothing can be said.

    `effective`: how many reference questions of equal weight would tell as much (Kish 1965); `weighted`: whether the
    weights were used.
    """

    f1_micro: float | None
    low: float | None
    high: float | None
    effective: float
    weighted: bool


class Estimator:
    """Knows how often probabilities came true on reference questions (questions x tags), which no one learned from."""

    def __init__(self, Y: csr_matrix, probabilities: np.ndarray, predicted: csr_matrix, seed: int = 0) -> None:
        """Raises DataError."""
        check_shapes(Y, probabilities, predicted)
        self.tags, self.seed = Y.shape[1], seed
        self.bins = make_bins(Y, probabilities, predicted)
        self.pairs = count_pairs(self.bins, probabilities, predicted)
        self.right = count_pairs(self.bins, probabilities, predicted, Y)

    def estimate(self, probabilities: np.ndarray, predicted: csr_matrix, weights: np.ndarray | None = None) -> Estimate:
        """What to expect of questions (questions x tags); `weights`: of each reference question, the odds to be one of
        them. Raises DataError."""
        pairs = self.count(probabilities, predicted)
        used, effective, weighted = self.choose_weights(weights)
        expected = self.expect(pairs, used)
        if expected is None:
            return Estimate(None, None, None, round(effective, 1), weighted)
        low, high = np.quantile(self.draw(pairs, len(probabilities), used), [0.025, 0.975])
        f1, low, high = np.round([expected, low, high], DIGITS).tolist()
        return Estimate(f1, low, high, round(effective, 1), weighted)

    def estimate_f1(
        self, probabilities: np.ndarray, predicted: csr_matrix, weights: np.ndarray | None = None
    ) -> float | None:
        """The micro-F1 alone, which takes no draws. Raises DataError."""
        return self.expect(self.count(probabilities, predicted), self.choose_weights(weights)[0])

    def count(self, probabilities: np.ndarray, predicted: csr_matrix) -> np.ndarray:
        """The pairs in each bin. Raises DataError."""
        check_shapes(predicted, probabilities)
        if probabilities.shape[1] != self.tags:
            raise DataError(f"the questions have {probabilities.shape[1]:,} tags, the reference {self.tags:,}")
        pairs: np.ndarray = count_pairs(self.bins, probabilities, predicted).sum(axis=0)
        return pairs

    def choose_weights(self, weights: np.ndarray | None) -> tuple[np.ndarray, float, bool]:
        """What each reference question counts, how many that makes, and whether the weights were used."""
        used, effective = clip_weights(np.ones(len(self.pairs)) if weights is None else weights, len(self.pairs))
        weighted = weights is not None and effective >= LEAST_EFFECTIVE
        return used if weighted else np.ones(len(self.pairs)), effective, weighted

    def expect(self, pairs: np.ndarray, weights: np.ndarray) -> float | None:
        """Micro-F1 of pairs; None where there is nothing to tell it from."""
        rates = self.find_rates(weights)
        if not (pairs[: self.bins.chosen].sum() or (pairs * rates).sum()) or not self.right.any():
            return None
        return float(self.find_f1(pairs, pairs * rates))

    def find_rates(self, counts: np.ndarray) -> np.ndarray:
        """The share of right pairs in each bin (... x bins), of reference questions that count so much (... x
        questions)."""
        pairs = counts @ self.pairs
        shares: np.ndarray = np.divide(counts @ self.right, pairs, out=np.zeros_like(pairs), where=pairs > 0)
        return shares

    def find_f1(self, pairs: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Micro-F1 of pairs and the right ones among them (... x bins)."""
        hits, true = right[..., : self.bins.chosen].sum(axis=-1), right.sum(axis=-1)
        f1: np.ndarray = 2 * hits / np.maximum(pairs[: self.bins.chosen].sum() + true, 1e-9)
        return f1

    def draw(self, pairs: np.ndarray, questions: int, weights: np.ndarray) -> np.ndarray:
        """What labels may give (draws): rates of the reference drawn anew, and chance, as far as questions lie from
        their rates: as many as are asked about are drawn by weight, and their spread is fitted to the pairs asked
        about."""
        rng = np.random.default_rng(self.seed)
        size = len(self.pairs)
        rates = self.find_rates(rng.multinomial(size, np.full(size, 1 / size), DRAWS) * weights)
        apart = self.right - self.pairs * self.find_rates(weights)
        share = weights / weights.sum()
        usual = questions * (share @ self.pairs)
        spread = np.sqrt(np.divide(pairs, usual, out=np.zeros_like(pairs), where=usual > 0))
        chance = rng.multinomial(questions, share, DRAWS).astype(np.float64) @ apart
        return self.find_f1(pairs, pairs * rates + chance * spread).clip(0, 1)


def check_shapes(*matrices: csr_matrix | np.ndarray) -> None:
    """Raises DataError for matrices of other questions or tags than the first has."""
    if len({matrix.shape for matrix in matrices}) > 1:
        raise DataError(f"labels, probabilities and suggestions differ in shape: {[m.shape for m in matrices]}")


def clip_weights(weights: np.ndarray, questions: int) -> tuple[np.ndarray, float]:
    """Weights cut off at CUT, of mean 1, and Kish's effective number. Raises DataError."""
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (questions,):
        raise DataError(f"there are {questions:,} reference questions and weights of shape {weights.shape}")
    if not np.isfinite(weights).all() or (weights < 0).any() or (questions and not weights.any()):
        raise DataError("weights are odds: finite, none below 0, not all 0")
    if not questions:
        return weights, 0.0
    cut = np.quantile(weights, CUT)
    weights = np.minimum(weights, cut) if cut > 0 else weights
    weights = weights / weights.mean()
    return weights, float(questions**2 / (weights**2).sum())
