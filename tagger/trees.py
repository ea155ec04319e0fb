"""Binary decision trees as plain arrays: what a booster learned, without the library that grew it.

The libraries' own files are read by native code that a changed byte can crash; these are checked and then walked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from tagger.errors import ModelError

ROWS_AT_ONCE = 1024


@dataclass(frozen=True)
class Trees:
    """Trees one behind the other, an entry per node; `roots` says where each begins.

    A row goes left where its `feature` is at most `threshold`. Children come after their parent; a leaf is its own
    left and right child and adds `value`.
    """

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    value: np.ndarray
    roots: np.ndarray

    def first(self, count: int) -> "Trees":
        """The first trees alone."""
        if count >= len(self.roots):
            return self
        end = self.roots[count]
        nodes = {name: getattr(self, name)[:end] for name in NODES}
        return Trees(**nodes, roots=self.roots[:count])

    def add_up(self, X: np.ndarray) -> np.ndarray:
        """The sum of the leaves that each row of X (dense, float32) falls into (float64)."""
        parts = [self.walk(X[start : start + ROWS_AT_ONCE]) for start in range(0, len(X), ROWS_AT_ONCE)]
        return np.concatenate([np.zeros(0), *parts])

    def walk(self, X: np.ndarray) -> np.ndarray:
        rows = np.arange(len(X))[:, None]
        node = np.broadcast_to(self.roots, (len(X), len(self.roots)))
        while True:
            below = np.where(X[rows, self.feature[node]] <= self.threshold[node], self.left[node], self.right[node])
            if np.array_equal(below, node):
                total: np.ndarray = self.value[node].sum(axis=1)
                return total
            node = below

    def check(self, width: int) -> None:
        """Whether every walk over `width` columns ends at a leaf. Raises ModelError."""
        nodes = np.arange(len(self.left))
        leaf = (self.left == nodes) & (self.right == nodes)
        inner = (self.left > nodes) & (self.right > nodes) & (self.left < len(nodes)) & (self.right < len(nodes))
        if not (leaf | inner).all():
            raise ModelError("a node of a tree has no children where it says")
        if len(nodes) and not 0 <= self.feature.min() <= self.feature.max() < width:
            raise ModelError(f"a tree looks at column {self.feature.max()} of {width}")
        if len(self.roots) and not 0 <= self.roots.min() <= self.roots.max() < len(nodes):
            raise ModelError(f"a tree begins at node {self.roots.max()} of {len(nodes)}")


NODES = tuple(field.name for field in fields(Trees) if field.name != "roots")
KINDS = {"left": np.int32, "right": np.int32, "feature": np.int32, "threshold": np.float64, "value": np.float64}
NO_TREES = Trees(**{name: np.zeros(0, dtype=kind) for name, kind in KINDS.items()}, roots=np.zeros(0, dtype=np.int32))


def join_trees(parts: Iterable[Trees]) -> Trees:
    """Trees behind one another in one set of arrays."""
    parts = [NO_TREES, *parts]
    starts = np.cumsum([0, *(len(part.left) for part in parts)])
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in NODES}
    shift = np.repeat(starts[:-1], np.diff(starts)).astype(np.int32)
    roots = np.concatenate([part.roots + start for part, start in zip(parts, starts, strict=False)])
    columns |= {"left": columns["left"] + shift, "right": columns["right"] + shift}
    return Trees(**columns, roots=roots.astype(np.int32))


def pack_trees(sets: Sequence[Trees]) -> dict[str, np.ndarray]:
    """Arrays to save; `unpack_trees` reads them."""
    arrays = {f"trees.{name}": np.concatenate([getattr(part, name) for part in sets]) for name in (*NODES, "roots")}
    sizes = np.array([[len(part.left), len(part.roots)] for part in sets], dtype=np.int64)
    return arrays | {"trees.sizes": sizes.reshape(-1, 2)}


def unpack_trees(arrays: dict[str, np.ndarray], widths: Sequence[int]) -> list[Trees]:
    """The sets that `pack_trees` packed, over so many columns each. Raises ModelError, KeyError."""
    nodes, roots = arrays["trees.sizes"].reshape(-1, 2).T
    parts = [cut(arrays[f"trees.{name}"].astype(kind, casting="safe"), nodes) for name, kind in KINDS.items()]
    sets = [Trees(*part) for part in zip(*parts, cut(arrays["trees.roots"], roots), strict=True)]
    for part, width in zip(sets, widths, strict=True):
        part.check(width)
    return sets


def cut(array: np.ndarray, sizes: np.ndarray) -> list[np.ndarray]:
    """An array in consecutive parts. Raises ModelError where the sizes do not add up."""
    if (sizes < 0).any() or int(sizes.sum()) != len(array):
        raise ModelError(f"parts of {int(sizes.sum())} in an array of {len(array)}")
    return np.split(array, np.cumsum(sizes)[:-1]) if len(sizes) else []
