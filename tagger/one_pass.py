"""Logistic regression for all tags in one pass over the rows: the model `linear`, and a member of `blend`."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger.engine import Engine
from tagger.errors import ModelError
from tagger.models.base import Examples, Inputs, LinearModel
from tagger.params import Section

if TYPE_CHECKING:
    from tagger.shared_pass import Settings, Targets

logger = logging.getLogger(__name__)

ATTEMPTS = 5
# A first pass whose error is so many times that of always saying each tag's share has diverged.
DIVERGED = 1.5
GIGABYTE = 1 << 30


class Params(Section):
    """Of `models.linear`. `initial_accumulator`: where AdaGrad's sums of squares start; `prune`: smaller weights are
    dropped; `memory_gb`: of weights in training at a time."""

    loss: Literal["squared_hinge", "logistic"] = "squared_hinge"
    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    initial_accumulator: float = Field(gt=0)
    class_weight: Literal["balanced"] | None = None
    prune: float = Field(default=0, ge=0)
    memory_gb: float = Field(default=2, gt=0)


class Model(LinearModel):
    """All tags share each row's features (see tagger.shared_pass). Scores lie between 0 and 1, half where the
    margin is 0; those of the squared hinge become probabilities by calibration alone."""

    params: Params

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:  # noqa: ARG002
        from tagger.shared_pass import Targets, learn_tags  # and so numba

        targets = Targets(Y, inputs.weight, self.weigh_positive(Y))
        share = (np.asarray(Y.sum(axis=0)).ravel() + 0.5) / (Y.shape[0] + 1)
        bias = np.full(len(share), -1, np.float32) if self.hinges else np.log(share / (1 - share)).astype(np.float32)
        settings = self.make_settings()
        most = DIVERGED * measure_start(targets, share, bias, self.hinges)
        for _ in range(ATTEMPTS):
            self.weights_, error = learn_tags(inputs.blocks, targets, bias, settings, engine)
            if error <= most:
                return self
            logger.warning("learning rate %g diverges (error %.3g): again with a quarter", settings.rate, error)
            settings = replace(settings, rate=settings.rate / 4)
        raise ModelError(
            f"models.linear.learning_rate {self.params.learning_rate:g} diverges, and so does {settings.rate * 4:g}: "
            "lower it to 1 or less"
        )

    @property
    def hinges(self) -> bool:
        """Whether the loss is the squared hinge."""
        return self.params.loss == "squared_hinge"

    def make_settings(self) -> Settings:
        """The parameters as the passes want them."""
        from tagger.shared_pass import Settings

        return Settings(
            hinge=self.hinges,
            epochs=self.params.epochs,
            rate=self.params.learning_rate,
            start=self.params.initial_accumulator,
            prune=self.params.prune,
            bytes=int(self.params.memory_gb * GIGABYTE),
            seed=self.seed,
        )

    def weigh_positive(self, Y: csr_matrix) -> np.ndarray:
        """What a tag's positive examples weigh, against 1 for the others."""
        if self.params.class_weight is None:
            return np.ones(Y.shape[1], np.float32)
        positive = np.maximum(np.asarray(Y.sum(axis=0)).ravel(), 1)
        weights: np.ndarray = ((Y.shape[0] - positive) / positive).clip(1).astype(np.float32)
        return weights


def measure_start(targets: Targets, share: np.ndarray, bias: np.ndarray, hinge: bool) -> float:
    """The mean squared gradient of a row before anything is learned, weighted as in training."""
    wrong, missed = (np.maximum(0, 1 + bias), np.maximum(0, 1 - bias)) if hinge else (share, 1 - share)
    squares = targets.rows.astype(np.float64) ** 2
    positive = targets.Y.T @ squares
    gradients = positive * (targets.positive * missed) ** 2 + (squares.sum() - positive) * wrong**2
    return float(gradients.sum() / targets.Y.shape[0])
