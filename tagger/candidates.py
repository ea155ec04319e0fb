"""The likeliest tags of a question, and what speaks for each: what `blend` ranks anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

LEAST = 1e-6
# Candidates that others are compared with.
LEADERS = 10


@dataclass(frozen=True)
class TagFacts:
    """What training says of tags: `counts` (tags), and `together` (tags x tags, float32), the share of the questions
    with the row's tag that have the column's tag too."""

    counts: np.ndarray
    together: np.ndarray

    @classmethod
    def of(cls, Y: csr_matrix) -> "TagFacts":
        """The facts of a label matrix (questions x tags)."""
        pairs = (Y.T.astype(np.float32) @ Y.astype(np.float32)).toarray()
        counts = pairs.diagonal().copy()
        np.fill_diagonal(pairs, 0)
        return cls(counts, pairs / np.maximum(counts, 1)[:, None])


def describe_candidates(
    tags: np.ndarray,
    first: np.ndarray,
    others: Sequence[np.ndarray],
    named: Sequence[csr_matrix],
    facts: TagFacts,
) -> dict[str, np.ndarray]:
    """Columns (rows x candidates, float32) about the candidates `tags`.

    `first` holds the probabilities that chose them, `others` more scores, `named` 1 where a question says the tag's
    name (each questions x tags).
    """
    p = np.take_along_axis(first, tags, axis=1)
    columns = describe_scores(p) | describe_company(tags, p, facts)
    for number, scores in enumerate(others):
        found = np.take_along_axis(scores, tags, axis=1)
        columns |= {
            f"score_{number}": found,
            f"rank_{number}": rank(found),
            f"lead_{number}": found - best_other(found),
        }
    rows = np.arange(len(tags))[:, None]
    for number, matrix in enumerate(named):
        said = np.asarray(matrix[np.repeat(rows, tags.shape[1], axis=1), tags].todense()).reshape(tags.shape)
        columns |= {f"named_{number}": said, f"names_{number}": spread(said.sum(axis=1), said)}
    return {name: np.asarray(column, dtype=np.float32) for name, column in columns.items()}


def describe_scores(p: np.ndarray) -> dict[str, np.ndarray]:
    """A probability beside those of the other candidates."""
    logits = to_logits(p)
    return {
        "logit": logits,
        "rank": np.broadcast_to(np.arange(p.shape[1]), p.shape),
        "behind_first": logits - logits[:, :1],
        "ahead_of_next": logits - np.concatenate([logits[:, 1:], logits[:, -1:]], axis=1),
        "expected": spread(p.sum(axis=1), p),
        "expected_before": np.cumsum(p, axis=1) - p,
        "first": spread(logits[:, 0], p),
    }


def describe_company(tags: np.ndarray, p: np.ndarray, facts: TagFacts) -> dict[str, np.ndarray]:
    """How a tag goes with the other candidates."""
    leaders, weights = tags[:, :LEADERS], p[:, :LEADERS]
    given = facts.together[leaders[:, :, None], tags[:, None, :]]
    pulled = given * weights[:, :, None]
    asked = facts.together[tags[:, :, None], leaders[:, None, :]]
    prior = facts.counts[tags] / max(float(facts.counts.max()), 1)
    return {
        "count": np.log1p(facts.counts[tags]),
        "pull": pulled.sum(axis=1),
        "strongest_pull": pulled.max(axis=1),
        "lift": np.log((pulled.sum(axis=1) + 1e-4) / (prior + 1e-4)),
        "given_first": given[:, 0],
        "given_second": given[:, min(1, given.shape[1] - 1)],
        "first_given": asked[:, :, 0],
        "fit": (asked * weights[:, None, :]).sum(axis=2),
    }


def best_other(found: np.ndarray) -> np.ndarray:
    """For each candidate the best score among the others."""
    if found.shape[1] < 2:
        return np.zeros_like(found)
    top = np.sort(found, axis=1)
    return np.where(found == top[:, -1:], top[:, -2:-1], top[:, -1:])


def rank(found: np.ndarray) -> np.ndarray:
    """How many candidates score higher."""
    return np.argsort(np.argsort(-found, axis=1, kind="stable"), axis=1, kind="stable")


def spread(column: np.ndarray, like: np.ndarray) -> np.ndarray:
    """One number a question, for each of its candidates."""
    return np.broadcast_to(np.asarray(column)[:, None], like.shape)


def to_logits(p: np.ndarray) -> np.ndarray:
    """Log odds, within bounds."""
    clipped = np.clip(p, LEAST, 1 - LEAST)
    logits: np.ndarray = np.log(clipped / (1 - clipped))
    return logits


def stack_columns(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """The columns as a table (rows * candidates x columns, float32)."""
    return np.stack([column.ravel() for column in columns.values()], axis=1)
