"""Linear classifiers for all tags in one pass over the rows: stochastic steps with AdaGrad's sizes.

A row's features are gathered once for a block of tags: their weight rows (contiguous, one float32 a tag) are summed,
and the step is written back into the same rows. A block of tags belongs to one thread, so that nothing races and the
result does not depend on how many threads there are. It does depend on the size of a block, since a block's tags
share the sum of squared gradients of each feature (Duchi, Hazan and Singer 2011, JMLR 12, with one sum a feature).
That sum starts above 0: else a rare feature's first step has full size even where no tag of the block is right, and
nearly every weight moves away from 0.

With the squared hinge a tag that is clearly wrong asks for no step, and most are: only the others are written back.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix

from tagger.blocks import Blocks, list_spans
from tagger.engine import Engine
from tagger.weights import Weights, prune

BLOCK_TAGS = 64
# The intercepts start at the log odds of each tag's share and move little.
BIAS_RATE = np.float32(0.1)
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


def learn_tags(
    blocks: Blocks, targets: Targets, bias: np.ndarray, settings: Settings, engine: Engine
) -> tuple[Weights, float]:
    """Pruned weights of all tags, learned some at a time in the order of their frequency, and a row's mean squared
    gradient in the first epoch, in which every row is new when it is predicted."""
    order = np.argsort(-(targets.Y.T @ targets.rows), kind="stable")
    Y = targets.Y[:, order]
    labels, bias = Labels(Y.indptr, Y.indices, targets.rows, targets.positive[order]), bias[order]
    groups = group_tags(len(bias), blocks.shape[1], settings.bytes)
    rates = np.linspace(settings.rate, settings.rate * FALL, settings.epochs, dtype=np.float32)
    plan = list(plan_steps(blocks, settings))
    steps = [(group, number) for group in groups for number in range(len(plan))]
    learned: list[tuple[csr_matrix, np.ndarray]] = []
    learning: list[TagBlock] = []
    error = 0.0
    with ThreadPoolExecutor(engine.jobs) as pool:
        for group, number_of_step in engine.watch(steps, len(steps), "passes over blocks of rows"):
            learning = learning or [start_block(first, last, blocks.shape[1], bias, settings) for first, last in group]
            epoch, number, start, mixed = plan[number_of_step]
            X = blocks[number]
            rows = Rows(X.indptr, X.indices, X.data, start)
            learn = partial(learn_rows, rows, mixed, labels, rates[epoch], settings.hinge)
            errors = pool.map(learn, learning)
            error += float(sum(errors)) * (epoch == 0)
            if number_of_step == len(plan) - 1:
                learned += pool.map(lambda block: (prune(block.weights, settings.prune), block.bias), learning)
                learning = []
    return Weights.pruned(learned).take(np.argsort(order)), error / blocks.shape[0]


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
    rows: Rows, order: np.ndarray, labels: Labels, rate: np.float32, hinge: bool, block: TagBlock
) -> np.float64:
    """One pass over the rows in an order; returns the sum of the squared gradients before each step."""
    margins, gradient = np.empty(len(block.bias), np.float32), np.empty(len(block.bias), np.float32)
    active = np.empty(len(block.bias), np.int64)
    total = np.float64(0)
    for row in order:
        start, stop = rows.indptr[row], rows.indptr[row + 1]
        add_up(rows, start, stop, block, margins)
        if hinge:
            hinge_gradient(rows.first + row, labels, block.first, margins, gradient)
        else:
            logistic_gradient(rows.first + row, labels, block.first, margins, gradient)
        square, count = np.float32(0), 0
        for tag in range(len(gradient)):
            gradient[tag] *= labels.rows[rows.first + row]
            if gradient[tag] != 0:
                square += gradient[tag] * gradient[tag]
                active[count] = tag
                count += 1
        total += square
        if count:
            step(rows, start, stop, rate, square, gradient, active[:count], block)
    return total


@njit(cache=True, nogil=True, inline="always")
def add_up(rows: Rows, start: int, stop: int, block: TagBlock, margins: np.ndarray) -> None:
    """The margins of a block's tags for one row."""
    margins[:] = block.bias
    for position in range(start, stop):
        value, weights = rows.data[position], block.weights[rows.indices[position]]
        for tag in range(len(margins)):
            margins[tag] += value * weights[tag]


@njit(cache=True, nogil=True, inline="always")
def logistic_gradient(row: int, labels: Labels, first: int, margins: np.ndarray, out: np.ndarray) -> None:
    """p - y; that of true tags is weighted."""
    for tag in range(len(margins)):
        out[tag] = np.float32(1) / (np.float32(1) + np.exp(-margins[tag]))
    for entry in range(labels.indptr[row], labels.indptr[row + 1]):
        tag = labels.indices[entry] - first
        if 0 <= tag < len(margins):
            out[tag] = (out[tag] - np.float32(1)) * labels.positive[labels.indices[entry]]


@njit(cache=True, nogil=True, inline="always")
def hinge_gradient(row: int, labels: Labels, first: int, margins: np.ndarray, out: np.ndarray) -> None:
    """The gradient of max(0, 1 - y z)^2 / 2 with y = -1 or 1; that of true tags is weighted."""
    for tag in range(len(margins)):
        out[tag] = max(np.float32(0), np.float32(1) + margins[tag])
    for entry in range(labels.indptr[row], labels.indptr[row + 1]):
        tag = labels.indices[entry] - first
        if 0 <= tag < len(margins):
            out[tag] = -max(np.float32(0), np.float32(1) - margins[tag]) * labels.positive[labels.indices[entry]]


@njit(cache=True, nogil=True, inline="always")
def step(
    rows: Rows,
    start: int,
    stop: int,
    rate: np.float32,
    square: np.float32,
    gradient: np.ndarray,
    active: np.ndarray,
    block: TagBlock,
) -> None:
    """Write the step of one row back, for the tags that ask for one."""
    for tag in active:
        block.bias_squares[tag] += gradient[tag] * gradient[tag]
        block.bias[tag] -= rate * BIAS_RATE * gradient[tag] / np.sqrt(block.bias_squares[tag])
    for position in range(start, stop):
        value, feature = rows.data[position], rows.indices[position]
        block.squares[feature] += value * value * square
        size, weights = rate * value / np.sqrt(block.squares[feature]), block.weights[feature]
        for tag in active:
            weights[tag] -= size * gradient[tag]
