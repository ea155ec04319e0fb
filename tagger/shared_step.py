"""One stochastic step for a block of tags, with AdaGrad's sizes, compiled.

A row's features are gathered once for all tags of the block: their weight rows (contiguous, one float32 a tag) are
summed, and the step is written back into the same rows. Each `SHARE` tags share the sum of squared gradients of a
feature (Duchi, Hazan and Singer 2011, JMLR 12, with one sum a feature). That sum starts above 0: else a rare
feature's first step has full size even where no tag of the share is right, and nearly every weight moves away from 0.

With the squared hinge a tag that is clearly wrong asks for no step, and most are: where few tags of a share ask, only
these are written back.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

# Tags that share a feature's sum of squares.
SHARE = 64
# Tags of a share up to which each is written alone: beyond, all at once is quicker.
FEW = 8
# The intercepts start at the log odds of each tag's share and move little.
BIAS_RATE = np.float32(0.1)


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
    """A block of tags while it is learned: the first one's number, weights (features x tags), sums of squares
    (features x shares)."""

    first: int
    weights: np.ndarray
    bias: np.ndarray
    squares: np.ndarray
    bias_squares: np.ndarray


@njit(cache=True, nogil=True)
def learn_rows(
    rows: Rows, order: np.ndarray, labels: Labels, rate: np.float32, hinge: bool, block: TagBlock
) -> np.float64:
    """One pass over the rows in an order; returns the sum of the squared gradients before each step."""
    margins, gradient = np.empty(len(block.bias), np.float32), np.empty(len(block.bias), np.float32)
    active = np.empty(SHARE, np.int64)
    total = np.float64(0)
    for row in order:
        start, stop = rows.indptr[row], rows.indptr[row + 1]
        add_up(rows, start, stop, block, margins)
        if hinge:
            hinge_gradient(rows.first + row, labels, block.first, margins, gradient)
        else:
            logistic_gradient(rows.first + row, labels, block.first, margins, gradient)
        gradient *= labels.rows[rows.first + row]
        for share in range(block.squares.shape[1]):
            square, count = np.float32(0), 0
            for tag in range(share * SHARE, min(share * SHARE + SHARE, len(gradient))):
                if gradient[tag] != 0:
                    square += gradient[tag] * gradient[tag]
                    active[count] = tag
                    count += 1
            total += square
            if count:
                step(rows, start, stop, rate, square, gradient, active[:count], share, block)
    return total


@njit(cache=True, nogil=True, inline="always")
def add_up(rows: Rows, start: int, stop: int, block: TagBlock, margins: np.ndarray) -> None:
    """The margins of a block's tags for one row: four features at a time, which is twice as quick as one."""
    data, indices, weights = rows.data, rows.indices, block.weights
    margins[:] = block.bias
    fours = stop - (stop - start) % 4
    for i in range(start, fours, 4):
        a, b, c, d = data[i], data[i + 1], data[i + 2], data[i + 3]
        of_a, of_b = weights[indices[i]], weights[indices[i + 1]]
        of_c, of_d = weights[indices[i + 2]], weights[indices[i + 3]]
        for tag in range(len(margins)):
            margins[tag] += (a * of_a[tag] + b * of_b[tag]) + (c * of_c[tag] + d * of_d[tag])
    for i in range(fours, stop):
        value, of_value = data[i], weights[indices[i]]
        for tag in range(len(margins)):
            margins[tag] += value * of_value[tag]


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
    share: int,
    block: TagBlock,
) -> None:
    """Write the step of one row back, for the tags of a share that ask for one."""
    for tag in active:
        block.bias_squares[tag] += gradient[tag] * gradient[tag]
        block.bias[tag] -= rate * BIAS_RATE * gradient[tag] / np.sqrt(block.bias_squares[tag])
    first = share * SHARE
    weights, squares, data, indices = block.weights, block.squares, rows.data, rows.indices
    if len(active) > FEW:
        whole = gradient[first : first + SHARE]
        for position in range(start, stop):
            value, feature = data[position], indices[position]
            squares[feature, share] += value * value * square
            size = rate * value / np.sqrt(squares[feature, share])
            of_feature = weights[feature, first : first + SHARE]
            for tag in range(len(whole)):
                of_feature[tag] -= size * whole[tag]
    else:
        for position in range(start, stop):
            value, feature = data[position], indices[position]
            squares[feature, share] += value * value * square
            size = rate * value / np.sqrt(squares[feature, share])
            for tag in active:
                weights[feature, tag] -= size * gradient[tag]
