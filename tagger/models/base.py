"""The interface behind which every model stands, and the part that linear ones share.

A model is a module with `Params` (its section of `models`) and `Model`, a subclass of the class here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from tagger.blocks import Blocks
from tagger.engine import Engine
from tagger.io import read_arrays, write_arrays
from tagger.weights import Weights, prune

if TYPE_CHECKING:
    import pandas as pd

TAGS_PER_TASK = 8


@dataclass(frozen=True)
class Inputs:
    """What a model may look at: the questions (columns of tables.CLEAN) and their features, row by row."""

    questions: pd.DataFrame
    blocks: Blocks

    @classmethod
    def of(cls, questions: pd.DataFrame, X: csr_matrix) -> Inputs:
        """Questions and features (float32) in memory."""
        return cls(questions, Blocks.of(X))

    @property
    def X(self) -> csr_matrix:  # noqa: N802
        """All features in memory."""
        return self.blocks.whole()

    @property
    def weight(self) -> np.ndarray:
        """How much each question counts in training (float32)."""
        weight: np.ndarray = self.questions["weight"].to_numpy(dtype=np.float32)
        return weight


@dataclass(frozen=True)
class Examples:
    """Questions with their label matrix (questions x tags)."""

    inputs: Inputs
    Y: csr_matrix


class Model(ABC):
    """Scores every tag for every question; the higher, the likelier."""

    # Columns of tables.CLEAN that it looks at, besides question_id, created, tags and weight.
    reads: ClassVar[tuple[str, ...]] = ()
    # Whether it looks at X; where not, X has no columns.
    weighs: ClassVar[bool] = True
    # What it computes on.
    device: str = "cpu"

    def __init__(self, params: Any, seed: int = 0, tags: Sequence[str] = ()) -> None:
        self.params = params
        self.seed = seed
        self.tags = list(tags)

    @abstractmethod
    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:
        """Learn from a label matrix (questions x tags); `validation` may say when to stop. Raises ModelError."""

    def settled(self) -> Any:
        """The parameters for a second fit without validation questions: what they decided, as a number."""
        return self.params

    @abstractmethod
    def scores(self, inputs: Inputs) -> np.ndarray:
        """Scores (questions x tags, float32)."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write files that load without running code from them."""

    @abstractmethod
    def load(self, folder: Path) -> Self:
        """Read what `save` wrote. Raises DataError."""


class LinearModel(Model):
    """Linear in the features; `weights_` holds a column per tag. Scores lie between 0 and 1, half where the margin is
    0."""

    weights_: Weights

    def scores(self, inputs: Inputs) -> np.ndarray:
        none = np.empty((0, len(self.weights_.intercept)), np.float32)
        return to_probabilities(np.concatenate([none, *(self.weights_.score(block) for block in inputs.blocks)]))

    def score_row(self, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Of one row of features, the scores that `scores` gives it (tags, float32)."""
        return to_probabilities(self.weights_.score_row(columns, values))

    def save(self, folder: Path) -> None:
        write_arrays(folder / "linear.npz", self.weights_.as_arrays())

    def load(self, folder: Path) -> Self:
        self.weights_ = Weights.from_arrays(read_arrays(folder / "linear.npz"))
        return self


class OneVsRest(LinearModel):
    """One linear classifier per tag, each fitted alone."""

    @abstractmethod
    def make_classifier(self) -> Any:
        """An unfitted binary classifier of scikit-learn's with coef_ and intercept_."""

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:  # noqa: ARG002
        columns = csc_matrix(Y)
        tasks = [columns[:, start : start + TAGS_PER_TASK] for start in range(0, Y.shape[1], TAGS_PER_TASK)]
        weight = inputs.questions["weight"].to_numpy()
        # liblinear wants float64 and would convert once per tag.
        fit = partial(fit_tags, self.make_classifier(), inputs.X.astype(np.float64), weight, self.params.prune)
        self.weights_ = Weights.pruned(engine.map(fit, tasks, f"{len(tasks)} x {TAGS_PER_TASK} tags"))
        return self


def fit_tags(
    classifier: Any, X: csr_matrix, weight: np.ndarray, least: float, Y: csc_matrix
) -> tuple[csr_matrix, np.ndarray]:
    """Coefficients (features x tags) and intercepts of one classifier per column of Y."""
    fitted = [fit_tag(classifier, X, weight, y) for y in Y.toarray().T]
    coef = prune(np.column_stack([coef for coef, _ in fitted]), least)
    return coef, np.array([intercept for _, intercept in fitted], dtype=np.float32)


def fit_tag(classifier: Any, X: csr_matrix, weight: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """One tag. A tag that every question has, or none, needs no features: its intercept says so."""
    if y.min() == y.max():
        return np.zeros(X.shape[1]), 20.0 if y.max() else -20.0
    classifier.fit(X, y, sample_weight=weight)
    return classifier.coef_.ravel(), float(np.ravel(classifier.intercept_)[0])


def to_probabilities(margins: np.ndarray) -> np.ndarray:
    """The logistic function, in place."""
    np.clip(margins, -80, 80, out=margins)
    np.exp(-margins, out=margins)
    margins += 1
    probabilities: np.ndarray = np.divide(1, margins, out=margins)
    return probabilities
