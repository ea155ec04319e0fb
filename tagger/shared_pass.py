"""Linear classifiers for all tags in one pass over the rows: which rows and tags are learned when.

A block of tags belongs to one thread, so that nothing races; neither threads nor memory change the result, since the
tags that share a sum of squares (tagger.shared_step) are always the same. Features are numbered anew in the order of
their frequency: the weights of the few that most rows have lie together, and stay in the processor's cache.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from tagger.blocks import Blocks, list_spans
from tagger.engine import Engine
from tagger.shared_step import SHARE, Labels, Rows, TagBlock, learn_rows
from tagger.weights import Weights, prune

# Of tags in one block, in shares: a row of weights then fills 16 lines of cache.
WIDEST = 4
FALL = 0.1


@dataclass(frozen=True)
class Settings:
    """`hinge`: squared hinge, else logistic loss; `rate`: size of the first steps, falling evenly to a tenth; `start`:
    of the sums of squares; `prune`: least weight kept; `bytes`: of weights at a time."""

    hinge: bool
    epochs: int
    rate: float
    start: float
    prune: float
    bytes: int
    seed: int


@dataclass(frozen=True)
class Targets:
    """What is to be learned: labels (rows x tags), the weight of each row, and of each tag's positive examples."""

    Y: csr_matrix
    rows: np.ndarray
    positive: np.ndarray


class Step(NamedTuple):
    """A pass over one block of rows: its number, its first row in the whole, and the order of its rows."""

    epoch: int
    rate: np.float32
    block: int
    start: int
    order: np.ndarray


def learn_tags(
    blocks: Blocks, targets: Targets, bias: np.ndarray, settings: Settings, engine: Engine
) -> tuple[Weights, float]:
    """Pruned weights of all tags, learned some at a time in the order of their frequency, and a row's mean squared
    gradient in the first epoch, in which every row is new when it is predicted."""
    order = np.argsort(-(targets.Y.T @ targets.rows), kind="stable")
    Y = targets.Y[:, order]
    labels, bias = Labels(Y.indptr, Y.indices, targets.rows, targets.positive[order]), bias[order]
    ranks = rank_features(blocks)
    groups = group_tags(len(bias), len(ranks), settings.bytes, engine.jobs)
    plan = list(plan_steps(blocks, settings))
    steps = [(group, number) for group in groups for number in range(len(plan))]
    learned: list[tuple[csr_matrix, np.ndarray]] = []
    learning: list[TagBlock] = []
    error = 0.0
    with ThreadPoolExecutor(engine.jobs) as pool:
        coming = pool.submit(read_rows, blocks, ranks, plan[0])
        for group, number in engine.watch(steps, len(steps), "passes over blocks of rows"):
            learning = learning or [start_block(first, last, len(ranks), bias, settings) for first, last in group]
            learn = partial(learn_rows, coming.result(), plan[number].order, labels, plan[number].rate, settings.hinge)
            errors = pool.map(learn, learning)
            coming = pool.submit(read_rows, blocks, ranks, plan[(number + 1) % len(plan)])
            error += float(sum(errors)) * (plan[number].epoch == 0)
            if number == len(plan) - 1:
                learned += pool.map(lambda block: (prune(block.weights, settings.prune)[ranks], block.bias), learning)
                learning = []
    return Weights.pruned(learned).take(np.argsort(order)), error / blocks.shape[0]


def rank_features(blocks: Blocks) -> np.ndarray:
    """The place of each feature in the order of frequency (features, int32)."""
    counts = np.zeros(blocks.shape[1], np.int64)
    for X in blocks:
        counts += np.bincount(X.indices, minlength=len(counts))
    ranks = np.empty(len(counts), np.int32)
    ranks[np.argsort(-counts, kind="stable")] = np.arange(len(counts), dtype=np.int32)
    return ranks


def read_rows(blocks: Blocks, ranks: np.ndarray, step: Step) -> Rows:
    """A block of rows with the features renumbered, each row's in ascending order."""
    X = blocks[step.block]
    ranked = csr_matrix((X.data, ranks[X.indices], X.indptr), shape=X.shape, copy=True)
    ranked.has_sorted_indices = False
    ranked.sort_indices()
    return Rows(ranked.indptr, ranked.indices, ranked.data, step.start)


def start_block(first: int, last: int, features: int, bias: np.ndarray, settings: Settings) -> TagBlock:
    """The tags `first` to `last` - 1 before the first step."""
    weights = np.zeros((features, last - first), np.float32)
    squares = np.full((features, -(-(last - first) // SHARE)), settings.start, np.float32)
    return TagBlock(first, weights, bias[first:last].copy(), squares, np.ones(last - first, np.float32))


def group_tags(tags: int, features: int, most: int, jobs: int) -> list[list[tuple[int, int]]]:
    """Blocks of tags, in groups whose weights fit into `most` bytes (at least one block): as wide as leaves each job
    one."""
    fitting = most // (4 * SHARE * max(features, 1))
    width = max(1, min(WIDEST, -(-tags // (SHARE * jobs)), fitting // jobs))
    blocks = [(first, min(first + width * SHARE, tags)) for first in range(0, tags, width * SHARE)]
    size = max(1, fitting // width)
    return [blocks[start : start + size] for start in range(0, len(blocks), size)]


def plan_steps(blocks: Blocks, settings: Settings) -> Iterator[Step]:
    """The rows mixed anew in every epoch: the blocks, and the rows of each."""
    random = np.random.default_rng(settings.seed)
    spans = list_spans(blocks)
    rates = np.linspace(settings.rate, settings.rate * FALL, settings.epochs, dtype=np.float32)
    for epoch, rate in enumerate(rates):
        for number in random.permutation(len(spans)):
            span = spans[number]
            yield Step(epoch, rate, span.number, span.start, random.permutation(span.stop - span.start))
