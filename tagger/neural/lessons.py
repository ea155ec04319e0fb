"""What a neural model is trained by: parameters, questions with their labels and weights, a plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger.errors import ModelError
from tagger.neural.batches import Rows
from tagger.params import Section


class NeuralParams(Section):
    """What the sections of neural models have in common.

    `patience`: epochs without a better micro-F1 on the validation questions after which training ends; `warmup`:
    share of the steps in which the learning rate rises, to fall linearly afterwards.
    """

    epochs: int = Field(ge=1)
    patience: int = Field(ge=1)
    batch_size: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    warmup: float = Field(ge=0, lt=1)
    dropout: float = Field(ge=0, lt=1)
    class_weight: Literal["balanced"] | None
    device: Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True)
class Lessons:
    """Rows with their label matrix (questions x tags) and sample weights."""

    rows: Rows
    Y: csr_matrix
    weight: np.ndarray


@dataclass(frozen=True)
class Plan:
    """How to train: parameters, which of them is the learning rate of the weights whose names start so (`rates`),
    accelerate's precision, and where the parameters stand."""

    params: NeuralParams
    rates: Mapping[str, str]
    device: str
    seed: int
    where: str
    precision: str = "no"


def keep_weighty(questions: pd.DataFrame) -> np.ndarray:
    """A mask of the questions that teach something: a weight above 0. Raises ModelError where there are none."""
    taught: np.ndarray = questions["weight"].to_numpy() > 0
    if not taught.any():
        raise ModelError(f"none of {len(questions)} questions has a weight above 0: give them one")
    return taught


def scale_weights(questions: pd.DataFrame) -> np.ndarray:
    """The questions' weights, to a mean of 1."""
    weight = questions["weight"].to_numpy(dtype=np.float64)
    return np.asarray(weight / max(weight.mean(), np.finfo(np.float64).tiny))
