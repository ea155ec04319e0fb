"""The interface behind which every model stands, and the part that linear ones share.

A model is a module with `Params` (its section of `models`) and `Model`, a subclass of the class here.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.sparse import csc_matrix, csr_matrix, hstack

from tagger.engine import Engine
from tagger.io import read_arrays, write_arrays

TAGS_PER_TASK = 8


@dataclass(frozen=True)
class Inputs:
    """What a model may look at: the questions (columns of tables.CLEAN) and their features X (float32), row by row."""

    questions: pd.DataFrame
    X: csr_matrix


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

    def __init__(self, params: Any, seed: int = 0) -> None:
        self.params = params
        self.seed = seed

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
    """One linear classifier per tag, each fitted alone; `coef_` (features x tags, sparse), `intercept_` (tags)."""

    coef_: csr_matrix
    intercept_: np.ndarray

    @abstractmethod
    def make_classifier(self) -> Any:
        """An unfitted binary classifier of scikit-learn's with coef_ and intercept_."""

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:  # noqa: ARG002
        columns = csc_matrix(Y)
        tasks = [columns[:, start : start + TAGS_PER_TASK] for start in range(0, Y.shape[1], TAGS_PER_TASK)]
        weight = inputs.questions["weight"].to_numpy()
        # liblinear wants float64 and would convert once per tag.
        fit = partial(fit_tags, self.make_classifier(), inputs.X.astype(np.float64), weight, self.params.prune)
        parts = engine.map(fit, tasks, f"{len(tasks)} x {TAGS_PER_TASK} tags")
        self.coef_ = hstack([coef for coef, _ in parts], format="csr")
        self.intercept_ = np.concatenate([intercept for _, intercept in parts])
        return self

    def scores(self, inputs: Inputs) -> np.ndarray:
        scores: np.ndarray = (inputs.X @ self.coef_).toarray() + self.intercept_
        return scores

    def save(self, folder: Path) -> None:
        arrays = {name: getattr(self.coef_, name) for name in ("data", "indices", "indptr")}
        shape = np.array(self.coef_.shape)
        write_arrays(folder / "linear.npz", arrays | {"shape": shape, "intercept": self.intercept_})

    def load(self, folder: Path) -> Self:
        arrays = read_arrays(folder / "linear.npz")
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        self.coef_ = csr_matrix(parts, shape=tuple(arrays["shape"]))
        self.intercept_ = arrays["intercept"]
        return self


def fit_tags(
    classifier: Any, X: csr_matrix, weight: np.ndarray, prune: float, Y: csc_matrix
) -> tuple[csc_matrix, np.ndarray]:
    """Coefficients (features x tags) and intercepts of one classifier per column of Y."""
    fitted = [fit_tag(classifier, X, weight, y) for y in Y.toarray().T]
    coef = np.column_stack([coef for coef, _ in fitted]).astype(np.float32)
    coef[np.abs(coef) < prune] = 0
    return csc_matrix(coef), np.array([intercept for _, intercept in fitted], dtype=np.float32)


def fit_tag(classifier: Any, X: csr_matrix, weight: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """One tag. A tag that every question has, or none, needs no features: its intercept says so."""
    if y.min() == y.max():
        return np.zeros(X.shape[1]), 20.0 if y.max() else -20.0
    classifier.fit(X, y, sample_weight=weight)
    return classifier.coef_.ravel(), float(np.ravel(classifier.intercept_)[0])
