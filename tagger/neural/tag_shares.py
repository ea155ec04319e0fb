"""What is known of tags before a question is read: their shares, and what a network's loss makes of them."""

import numpy as np
from scipy.sparse import csr_matrix

LARGEST_WEIGHT = 100.0


def share_tags(Y: csr_matrix) -> np.ndarray:
    """Each tag's share of the questions, pulled inside 0 and 1."""
    return np.asarray((np.asarray(Y.sum(axis=0)).ravel() + 0.5) / (Y.shape[0] + 1), dtype=np.float32)


def weigh_tags(Y: csr_matrix, class_weight: str | None) -> np.ndarray:
    """What a question with the tag weighs in the loss, one without it weighing 1; "balanced" evens them out."""
    share = share_tags(Y)
    if class_weight is None:
        return np.ones_like(share)
    weigh: np.ndarray = np.clip((1 - share) / share, 1, LARGEST_WEIGHT)
    return weigh


def find_bias(Y: csr_matrix, class_weight: str | None) -> np.ndarray:
    """The logits that fit best where nothing is known of a question: a network starts from them, not from one half."""
    share = share_tags(Y)
    bias: np.ndarray = np.log(weigh_tags(Y, class_weight) * share / (1 - share))
    return bias


def measure_baseline(Y: csr_matrix, weigh: np.ndarray) -> float:
    """The loss of a question where nothing is known of it."""
    share = share_tags(Y)
    chance = weigh * share / (weigh * share + 1 - share)
    return float(-(weigh * share * np.log(chance) + (1 - share) * np.log1p(-chance)).sum())
