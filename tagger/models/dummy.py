"""The popular tags: what a model must beat."""

from pathlib import Path
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix

from tagger.engine import Engine
from tagger.io import read_arrays, write_arrays
from tagger.models.base import Examples, Inputs
from tagger.models.base import Model as BaseModel
from tagger.params import Section


class Params(Section):
    """Section `models.dummy`: nothing to choose."""


class Model(BaseModel):
    """scikit-learn's DummyClassifier(strategy="prior"): `prior_` is each tag's share of the training questions."""

    prior_: np.ndarray

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:  # noqa: ARG002
        weight = inputs.questions["weight"].to_numpy(dtype=np.float64)
        self.prior_ = ((Y.T @ weight) / weight.sum()).astype(np.float32)
        return self

    def scores(self, inputs: Inputs) -> np.ndarray:
        return np.tile(self.prior_, (inputs.X.shape[0], 1))

    def save(self, folder: Path) -> None:
        write_arrays(folder / "dummy.npz", {"prior": self.prior_})

    def load(self, folder: Path) -> Self:
        self.prior_ = read_arrays(folder / "dummy.npz")["prior"]
        return self
