"""Boosted trees, one binary booster per tag: what xgboost and lightgbm share."""

import zlib
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self
from zipfile import BadZipFile

import numpy as np
from pydantic import Field
from scipy.sparse import csc_matrix, csr_matrix

from tagger.engine import Engine
from tagger.errors import DataError, ModelError
from tagger.io import read_arrays, write_arrays
from tagger.models.base import TAGS_PER_TASK, Examples, Inputs, Model
from tagger.params import Section
from tagger.reduction import find_telling, fit_components, project
from tagger.trees import NO_TREES, Trees, cut, pack_trees, unpack_trees

FILE = "boosters.npz"


class BoostedParams(Section):
    """What both have. `columns`: features as they are that a tag's trees see beside the `components` of all.

    `patience`: stop where this many rounds brought the validation questions nothing, summed over the tags.
    """

    components: int = Field(ge=0)
    columns: int = Field(ge=1)
    rounds: int = Field(ge=1)
    learning_rate: float = Field(gt=0, le=1)
    l2: float = Field(ge=0)
    class_weight: Literal["balanced"] | None = None
    patience: int | None = Field(default=None, ge=1)


@dataclass(frozen=True)
class Space:
    """Questions as trees see them: all columns of X, by column, the components (float32), and their weights."""

    X: csc_matrix
    latent: np.ndarray
    weight: np.ndarray

    def of_tag(self, columns: np.ndarray) -> np.ndarray:
        """The components and some columns of X, side by side (float32)."""
        return np.hstack([self.latent, self.X[:, columns].toarray().astype(np.float32, copy=False)])


@dataclass(frozen=True)
class Sample:
    """One tag's columns, labels (float32) and weights, question by question."""

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray


class BoostedModel(Model):
    """A booster per tag on the components of all features and the columns that tell the tag; probabilities.

    A tag that all questions have, or none, has no trees; `constant_` is then its score. Without a library: the trees
    are plain arrays once they are grown.
    """

    params: Any
    components_: np.ndarray
    columns_: list[np.ndarray]
    constant_: np.ndarray
    boosters_: list[Trees]
    rounds_: int

    @staticmethod
    @abstractmethod
    def boost(params: Any, seed: int, train: Sample, held_out: Sample | None) -> tuple[Trees, np.ndarray]:
        """Trees, one a round, whose sum is the logit, and the loss on the held-out questions after each round."""

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:
        weight = inputs.questions["weight"].to_numpy(dtype=np.float32)
        teaches = weight > 0
        X, Y, weight = inputs.X[teaches], csr_matrix(Y)[teaches], weight[teaches]
        self.components_ = fit_components(X, self.params.components, self.seed)
        self.columns_ = find_telling(X, Y, weight, self.params.columns)
        held_out = None if self.params.patience is None else validation
        grown = self.grow(self.make_space(X, weight), Y, held_out, engine)
        self.constant_ = np.array([share for _, share, _ in grown], dtype=np.float32)
        self.settle([trees for trees, *_ in grown], [losses for *_, losses in grown])
        return self

    def grow(self, train: Space, Y: csr_matrix, held_out: Examples | None, engine: Engine) -> list["Grown"]:
        """A booster for each tag."""
        if held_out is None or not held_out.Y.shape[0]:
            rest, labels = None, csc_matrix((0, Y.shape[1]))
        else:
            weight = held_out.inputs.questions["weight"].to_numpy(dtype=np.float32)
            rest, labels = self.make_space(held_out.inputs.X, weight), csc_matrix(held_out.Y)
        Y = csc_matrix(Y)
        parts = [slice(start, start + TAGS_PER_TASK) for start in range(0, Y.shape[1], TAGS_PER_TASK)]
        tasks = [(self.columns_[part], Y[:, part], labels[:, part]) for part in parts]
        boost = partial(self.boost, self.params, self.seed)
        grow = partial(grow_tags, boost, self.params.class_weight, train, rest)
        grown = engine.map(grow, tasks, f"{len(tasks)} x {TAGS_PER_TASK} tags")
        return [tag for task in grown for tag in task]

    def make_space(self, X: csr_matrix, weight: np.ndarray) -> Space:
        """Questions in the space of the components that were found."""
        return Space(csc_matrix(X), project(X, self.components_), weight)

    def settle(self, boosters: list[Trees], losses: list[np.ndarray]) -> None:
        """Cut all boosters after the round that is best for all tags together; one tag's few labels would say little.

        All tags have the same number of rounds, so `settled` can name it and a tag of three questions does not stop
        by chance.
        """
        self.rounds_ = self.params.rounds
        curves = [curve for curve in losses if len(curve)]
        if curves:
            self.rounds_ = find_round(np.sum(curves, axis=0), self.params.patience)
        self.boosters_ = [trees.first(self.rounds_) for trees in boosters]

    def settled(self) -> Any:
        return self.params.model_copy(update={"rounds": self.rounds_, "patience": None})

    def scores(self, inputs: Inputs) -> np.ndarray:
        X = inputs.X
        space = self.make_space(X, np.ones(X.shape[0], dtype=np.float32))
        scores = np.tile(self.constant_, (X.shape[0], 1))
        for tag, (trees, columns) in enumerate(zip(self.boosters_, self.columns_, strict=True)):
            if len(trees.roots):
                scores[:, tag] = 1 / (1 + np.exp(-np.clip(trees.add_up(space.of_tag(columns)), -80, 80)))
        return scores

    def save(self, folder: Path) -> None:
        arrays = {"components": self.components_, "constant": self.constant_, "rounds": np.array(self.rounds_)}
        arrays |= {"columns": np.concatenate(self.columns_), "widths": np.array([len(part) for part in self.columns_])}
        write_arrays(folder / FILE, arrays | pack_trees(self.boosters_))

    def load(self, folder: Path) -> Self:
        path = folder / FILE
        try:
            self.unpack(read_arrays(path))
        except (KeyError, TypeError, ValueError, IndexError, EOFError, BadZipFile, zlib.error, ModelError) as error:
            reason = " ".join(str(error).split())
            raise DataError(f"{path} is not what was saved ({reason}): run `dvc repro` to make it again") from error
        return self

    def unpack(self, arrays: dict[str, np.ndarray]) -> None:
        """Take the parts if they fit together. Raises ModelError, and what arrays of other shapes raise."""
        self.components_, self.constant_ = arrays["components"], arrays["constant"]
        self.rounds_ = int(arrays["rounds"])
        self.columns_ = cut(arrays["columns"], arrays["widths"])
        latent, features = self.components_.shape
        for columns in self.columns_:
            if len(columns) and not 0 <= columns.min() <= columns.max() < features:
                raise ModelError(f"columns up to {columns.max()} of {features}")
        self.boosters_ = unpack_trees(arrays, [latent + len(columns) for columns in self.columns_])
        if len(self.boosters_) != len(self.constant_):
            raise ModelError(f"trees for {len(self.boosters_)} of {len(self.constant_)} tags")


# A tag's trees, its share of the questions, the held-out losses by round.
Grown = tuple[Trees, float, np.ndarray]


def grow_tags(
    boost: Callable[[Sample, Sample | None], tuple[Trees, np.ndarray]],
    class_weight: str | None,
    train: Space,
    held_out: Space | None,
    task: tuple[Sequence[np.ndarray], csc_matrix, csc_matrix],
) -> list[Grown]:
    """The tags of one task: columns by tag, labels (questions x tags), held-out labels."""
    columns, Y, held_out_Y = task
    grown: list[Grown] = []
    for chosen, y, rest in zip(columns, Y.toarray().T, held_out_Y.toarray().T, strict=True):
        share = float(np.average(y, weights=train.weight))
        if y.min() == y.max() or not train.latent.shape[1] + len(chosen):
            grown.append((NO_TREES, share, np.array([])))
            continue
        by_class = weigh_classes(y, train.weight, class_weight)
        test = None if held_out is None else make_sample(held_out, chosen, rest, by_class)
        trees, losses = boost(make_sample(train, chosen, y, by_class), test)
        grown.append((trees, share, losses))
    return grown


def make_sample(space: Space, columns: np.ndarray, y: np.ndarray, by_class: np.ndarray) -> Sample:
    """One tag's questions; a class weighs what `by_class` (without, with the tag) says."""
    weight = space.weight * by_class[(y > 0).astype(int)]
    return Sample(space.of_tag(columns), y.astype(np.float32), weight.astype(np.float32))


def weigh_classes(y: np.ndarray, weight: np.ndarray, class_weight: str | None) -> np.ndarray:
    """What a question without and one with the tag weighs; balanced: both classes weigh the same, as scikit-learn."""
    if class_weight is None:
        return np.ones(2)
    totals = np.bincount((y > 0).astype(int), weights=weight, minlength=2)
    balanced: np.ndarray = totals.sum() / (2 * totals)
    return balanced


def find_round(losses: np.ndarray, patience: int) -> int:
    """The number of rounds after which the loss was lowest, before `patience` rounds in a row brought nothing."""
    best = 0
    for done, loss in enumerate(losses):
        if loss < losses[best]:
            best = done
        elif done - best >= patience:
            break
    return best + 1
