"""A random forest over all tags at once, on a reduced space."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix, vstack

from tagger.engine import Engine
from tagger.io import read_arrays, write_arrays
from tagger.models.base import Examples, Inputs
from tagger.models.base import Model as BaseModel
from tagger.params import Section
from tagger.reduction import find_telling, fit_components, project, take_in_turn


class Params(Section):
    """Section `models.random_forest`. It sees `components` of all features and the `columns` that tell tags best."""

    components: int = Field(ge=2)
    columns: int = Field(default=0, ge=0)
    trees: int = Field(ge=1)
    min_samples_leaf: int = Field(ge=1)
    max_features: float = Field(gt=0, le=1)


@dataclass(frozen=True)
class Tree:
    """A fitted tree as plain arrays, one entry per node; `share` (nodes x tags, sparse) is filled at the leaves."""

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    share: csr_matrix


class Model(BaseModel):
    """RandomForestRegressor on 0/1 labels, which gives the probabilities of the multi-output classifier in half
    the memory, on few columns (see tagger.reduction). Kept as arrays: scikit-learn's own objects load through pickle
    alone."""

    params: Params
    components_: np.ndarray
    columns_: np.ndarray
    trees_: list[Tree]

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:  # noqa: ARG002
        X, weight = inputs.X, inputs.questions["weight"].to_numpy()
        self.components_ = fit_components(X, self.params.components, self.seed)
        self.columns_ = take_in_turn(find_telling(X, Y, weight, self.params.columns), self.params.columns)
        grow = partial(grow_tree, self.params, self.reduce(inputs), Y.toarray().astype(np.float64), weight)
        seeds = range(self.seed * self.params.trees, (self.seed + 1) * self.params.trees)
        self.trees_ = engine.map(grow, seeds, f"{len(seeds)} trees")
        return self

    def reduce(self, inputs: Inputs) -> np.ndarray:
        """The components and the chosen columns (float32), side by side."""
        X = inputs.X
        return np.hstack([project(X, self.components_), X[:, self.columns_].toarray()])

    def scores(self, inputs: Inputs) -> np.ndarray:
        reduced = self.reduce(inputs)
        total = sum(tree.share[find_leaves(tree, reduced)] for tree in self.trees_)
        scores: np.ndarray = total.toarray() / np.float32(len(self.trees_))
        return scores

    def save(self, folder: Path) -> None:
        share = vstack([tree.share for tree in self.trees_], format="csr")
        arrays = {name: np.concatenate([getattr(tree, name) for tree in self.trees_]) for name in NODE_ARRAYS}
        arrays |= {"share.data": share.data, "share.indices": share.indices, "share.indptr": share.indptr}
        sizes = np.array([len(tree.left) for tree in self.trees_])
        arrays |= {"sizes": sizes, "tags": np.array(share.shape[1]), "components": self.components_}
        arrays["columns"] = self.columns_
        write_arrays(folder / "forest.npz", arrays)

    def load(self, folder: Path) -> Self:
        arrays = read_arrays(folder / "forest.npz")
        self.components_, self.columns_ = arrays["components"], arrays["columns"]
        parts = (arrays["share.data"], arrays["share.indices"], arrays["share.indptr"])
        share = csr_matrix(parts, shape=(len(arrays["left"]), int(arrays["tags"])))
        ends = np.cumsum(arrays["sizes"])
        spans = [slice(end - size, end) for end, size in zip(ends, arrays["sizes"], strict=True)]
        left, right, feature, threshold = (arrays[name] for name in NODE_ARRAYS)
        self.trees_ = [Tree(left[s], right[s], feature[s], threshold[s], share[s]) for s in spans]
        return self


NODE_ARRAYS = ("left", "right", "feature", "threshold")


def grow_tree(params: Params, X: np.ndarray, Y: np.ndarray, weight: np.ndarray, seed: int) -> Tree:
    """One tree on a bootstrap sample of the rows."""
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        n_estimators=1,
        min_samples_leaf=params.min_samples_leaf,
        max_features=params.max_features,
        random_state=seed,
    )
    return as_arrays(forest.fit(X, Y, sample_weight=weight).estimators_[0].tree_)


def as_arrays(tree: Any) -> Tree:
    """The parts of scikit-learn's tree that scoring needs."""
    share = tree.value[:, :, 0].astype(np.float32)
    share[tree.children_left >= 0] = 0
    left, right, feature = (part.astype(np.int32) for part in (tree.children_left, tree.children_right, tree.feature))
    return Tree(left, right, feature, tree.threshold, csr_matrix(share))


def find_leaves(tree: Tree, X: np.ndarray) -> np.ndarray:
    """The leaf (number of its node) that each row of X falls into."""
    node = np.zeros(len(X), dtype=np.int32)
    inner = np.flatnonzero(tree.left[node] >= 0)
    while len(inner):
        at = node[inner]
        goes_left = X[inner, tree.feature[at]] <= tree.threshold[at]
        node[inner] = np.where(goes_left, tree.left[at], tree.right[at])
        inner = inner[tree.left[node[inner]] >= 0]
    return node
