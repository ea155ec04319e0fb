"""Logistic regression for all tags in one pass over the rows."""

import logging
from dataclasses import replace
from typing import Literal, Self

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger.engine import Engine
from tagger.errors import ModelError
from tagger.models.base import Examples, Inputs, LinearModel, to_probabilities
from tagger.params import Section
from tagger.shared_pass import Settings, Targets, learn_tags
from tagger.weights import Weights

logger = logging.getLogger(__name__)

ATTEMPTS = 5
GIGABYTE = 1 << 30


class Params(Section):
    """Section `models.linear`. `initial_accumulator`: where AdaGrad's sums of squares start; `prune`: smaller weights
    are dropped; `memory_gb`: of weights in training at a time."""

    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    initial_accumulator: float = Field(default=0.01, gt=0)
    l2: float = Field(default=0, ge=0)
    class_weight: Literal["balanced"] | None = None
    prune: float = Field(default=0, ge=0)
    memory_gb: float = Field(default=2, gt=0)


class Model(LinearModel):
    """All tags share each row's features (see tagger.shared_pass); scores are probabilities."""

    params: Params

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:  # noqa: ARG002
        targets = Targets(Y, inputs.weight, self.weigh_positive(Y))
        prior = (np.asarray(Y.sum(axis=0)).ravel() + 0.5) / (Y.shape[0] + 1)
        bias = np.log(prior / (1 - prior)).astype(np.float32)
        settings = Settings(
            epochs=self.params.epochs,
            rate=self.params.learning_rate,
            start=self.params.initial_accumulator,
            l2=self.params.l2,
            prune=self.params.prune,
            bytes=int(self.params.memory_gb * GIGABYTE),
            seed=self.seed,
        )
        worst = measure_prior(targets, prior)
        for _ in range(ATTEMPTS):
            with np.errstate(over="ignore"):
                parts, error = learn_tags(inputs.blocks, targets, bias, settings, engine)
            if error <= worst:
                self.weights_ = Weights.pruned(parts)
                return self
            logger.warning("learning rate %g diverges (error %.3g): again with half of it", settings.rate, error)
            settings = replace(settings, rate=settings.rate / 2)
        raise ModelError(
            f"models.linear.learning_rate {self.params.learning_rate:g} diverges, and so does {settings.rate * 2:g}: "
            "lower it to 1 or less"
        )

    def weigh_positive(self, Y: csr_matrix) -> np.ndarray:
        """What a tag's positive examples weigh, against 1 for the others."""
        if self.params.class_weight is None:
            return np.ones(Y.shape[1], np.float32)
        positive = np.maximum(np.asarray(Y.sum(axis=0)).ravel(), 1)
        weights: np.ndarray = ((Y.shape[0] - positive) / positive).clip(1).astype(np.float32)
        return weights

    def scores(self, inputs: Inputs) -> np.ndarray:
        return to_probabilities(super().scores(inputs))


def measure_prior(targets: Targets, prior: np.ndarray) -> float:
    """The mean squared error of a row, weighted as in training, of always saying the share of each tag."""
    positive = targets.Y.T @ targets.rows.astype(np.float64) ** 2
    negative = (targets.rows.astype(np.float64) ** 2).sum() - positive
    errors = positive * (targets.positive * (1 - prior)) ** 2 + negative * prior**2
    return float(errors.sum() / targets.Y.shape[0])
