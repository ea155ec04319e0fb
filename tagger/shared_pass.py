"""Logistic regression for all tags in one pass over the rows: stochastic steps with AdaGrad's sizes.

A row's features are gathered once for a block of tags: their weight rows (contiguous, one float32 a tag) are summed,
and the step is written back into the same rows. A block of tags belongs to one thread, so that nothing races and the
result does not depend on how many threads there are. It does depend on the size of a block, since a block's tags
share the sum of squared gradients of each feature (Duchi, Hazan and Singer 2011, JMLR 12, with one sum a feature).
That sum starts above 0: else a rare feature's first step has full size even where no tag of the block is right, and
nearly every weight moves away from 0.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix

from tagger.blocks import Blocks, list_spans
from tagger.engine import Engine
from tagger.weights import prune

BLOCK_TAGS = 64
# The intercepts start at the log odds of each tag's share and move little.
BIAS_RATE = np.float32(0.1)


@dataclass(frozen=True)
class Settings:
    """`rate`: size of the first steps; `start`: of the sums of squares; `l2`: decay a step; `prune`: least weight
    kept; `bytes`: of weights at a time."""

    epochs: int
    rate: float
    start: float
    l2: float
    prune: float
    bytes: int
    seed: int


@dataclass(frozen=True)
class Targets:
    """What is to be learned: labels (rows x tags), the weight of each row, and of each tag's positive examples."""

    Y: csr_matrix
    rows: np.ndarray
    positive: np.ndarray


class Rows(NamedTuple):
    """A block of rows, and which is the first of them in the whole."""

    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray
    first: int


class Labels(NamedTuple):
    """The labels of all rows, the weights of rows and of tags' positive examples."""

    indptr: np.ndarray
    indices: np.ndarray
    rows: np.ndarray
    positive: np.ndarray


class TagBlock(NamedTuple):
    """A block of tags while it is learned: the first one's number, weights (features x tags), sums of squares."""

    first: int
    weights: np.ndarray
    bias: np.ndarray
    squares: np.ndarray
    bias_squares: np.ndarray


Learned = list[tuple[csr_matrix, np.ndarray]]


def learn_tags(
    blocks: Blocks, targets: Targets, bias: np.ndarray, settings: Settings, engine: Engine
) -> tuple[Learned, float]:
    """Pruned weights and intercepts of all tags, some at a time, and a row's mean squared error in the first epoch,
    in which every row is new when it is predicted."""
    labels = Labels(targets.Y.indptr, targets.Y.indices, targets.rows, targets.positive)
    groups = group_tags(len(bias), blocks.shape[1], settings.bytes)
    rate, l2 = np.float32(settings.rate), np.float32(settings.l2)
    plan = list(plan_steps(blocks, settings))
    steps = [(group, number) for group in groups for number in range(len(plan))]
    learned: Learned = []
    learning: list[TagBlock] = []
    error = 0.0
    with ThreadPoolExecutor(engine.jobs) as pool:
        for group, step in engine.watch(steps, len(steps), "passes over blocks of rows"):
            learning = learning or [start_block(first, last, blocks.shape[1], bias, settings) for first, last in group]
            epoch, number, start, order = plan[step]
            X = blocks[number]
            rows = Rows(X.indptr, X.indices, X.data, start)
            errors = pool.map(lambda block: learn_rows(rows, order, labels, block, rate, l2), learning)  # noqa: B023
            error += float(sum(errors)) * (epoch == 0)
            if step == len(plan) - 1:
                learned += pool.map(lambda block: (prune(block.weights, settings.prune), block.bias), learning)
                learning = []
    return learned, error / blocks.shape[0]


def start_block(first: int, last: int, features: int, bias: np.ndarray, settings: Settings) -> TagBlock:
    """The tags `first` to `last` - 1 before the first step."""
    weights = np.zeros((features, last - first), np.float32)
    squares = np.full(features, settings.start, np.float32)
    return TagBlock(first, weights, bias[first:last].copy(), squares, np.ones(last - first, np.float32))


def group_tags(tags: int, features: int, most: int) -> list[list[tuple[int, int]]]:
    """Blocks of tags, in groups whose weights fit into `most` bytes (at least one block)."""
    blocks = [(first, min(first + BLOCK_TAGS, tags)) for first in range(0, tags, BLOCK_TAGS)]
    size = max(1, most // (4 * BLOCK_TAGS * max(features, 1)))
    return [blocks[start : start + size] for start in range(0, len(blocks), size)]


def plan_steps(blocks: Blocks, settings: Settings) -> Iterator[tuple[int, int, int, np.ndarray]]:
    """Epoch, number of the block of rows, its first row, and the order of its rows: mixed anew in every epoch."""
    random = np.random.default_rng(settings.seed)
    spans = list_spans(blocks)
    for epoch in range(settings.epochs):
        for number in random.permutation(len(spans)):
            span = spans[number]
            yield epoch, span.number, span.start, random.permutation(span.stop - span.start)


@njit(cache=True, nogil=True)
def learn_rows(
    rows: Rows, order: np.ndarray, labels: Labels, block: TagBlock, rate: np.float32, l2: np.float32
) -> np.float64:
    """One pass over the rows in an order; returns the sum of the squared errors before each step."""
    tags = len(block.bias)
    errors = np.empty(tags, np.float32)
    total = np.float64(0)
    for row in order:
        start, stop = rows.indptr[row], rows.indptr[row + 1]
        predict_row(rows, start, stop, block, errors)
        square = compare_row(rows.first + row, labels, block, errors)
        total += square
        for tag in range(tags):
            block.bias_squares[tag] += errors[tag] * errors[tag]
            block.bias[tag] -= rate * BIAS_RATE * errors[tag] / np.sqrt(block.bias_squares[tag])
        for position in range(start, stop):
            value, feature = rows.data[position], rows.indices[position]
            block.squares[feature] += value * value * square
            step = rate / np.sqrt(block.squares[feature])
            keep, size, weights = np.float32(1) - step * l2, step * value, block.weights[feature]
            for tag in range(tags):
                weights[tag] = keep * weights[tag] - size * errors[tag]
    return total


@njit(cache=True, nogil=True, inline="always")
def predict_row(rows: Rows, start: int, stop: int, block: TagBlock, out: np.ndarray) -> None:
    """The probabilities of a block's tags."""
    out[:] = block.bias
    for position in range(start, stop):
        value, weights = rows.data[position], block.weights[rows.indices[position]]
        for tag in range(len(out)):
            out[tag] += value * weights[tag]
    for tag in range(len(out)):
        out[tag] = np.float32(1) / (np.float32(1) + np.exp(-out[tag]))


@njit(cache=True, nogil=True, inline="always")
def compare_row(row: int, labels: Labels, block: TagBlock, out: np.ndarray) -> np.float32:
    """Turn probabilities into weighted errors, in place; returns the sum of their squares."""
    for entry in range(labels.indptr[row], labels.indptr[row + 1]):
        tag = labels.indices[entry] - block.first
        if 0 <= tag < len(out):
            out[tag] = (out[tag] - np.float32(1)) * labels.positive[labels.indices[entry]]
    square = np.float32(0)
    for tag in range(len(out)):
        out[tag] *= labels.rows[row]
        square += out[tag] * out[tag]
    return square
