"""The TF-IDF space of title, prose and code, fitted to training questions alone."""

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd
from pydantic import Field
from scipy.sparse import csr_matrix, hstack

from tagger.errors import ModelError
from tagger.features import SPACES, Counts, move_columns, pack_texts, unpack_texts
from tagger.params import Section


class SpaceParams(Section):
    """One space: tokens in at least `min_df` training questions, the `max_features` most frequent; weight 0: off."""

    min_df: int = Field(ge=1)
    max_features: int | None = Field(default=None, ge=1)
    weight: float = Field(ge=0)


class FeatureParams(Section):
    """Section `features`: how counts become TF-IDF; each space is scaled to unit length, then by its weight."""

    sublinear_tf: bool = True
    title: SpaceParams
    text: SpaceParams
    code: SpaceParams


class Vectorizer:
    """Counts to features. `vocabulary_` holds the tokens of each space, sorted; `idf_` their weights."""

    def __init__(self, params: FeatureParams) -> None:
        self.params = params
        self.vocabulary_: dict[str, np.ndarray] = {}
        self.idf_: dict[str, np.ndarray] = {}

    def fit(self, counts: Mapping[str, Counts]) -> Self:
        """Choose the tokens and weigh them; `counts` are those of the training questions. Raises ModelError."""
        for space in SPACES:
            params: SpaceParams = getattr(self.params, space)
            frequency = np.bincount(counts[space].matrix.indices, minlength=len(counts[space].tokens))
            chosen = choose_tokens(frequency, params) if params.weight else np.array([], dtype=int)
            rows = counts[space].matrix.shape[0]
            self.vocabulary_[space] = counts[space].tokens[chosen]
            self.idf_[space] = (np.log((1 + rows) / (1 + frequency[chosen])) + 1).astype(np.float32)
        if not any(len(tokens) for tokens in self.vocabulary_.values()):
            raise ModelError(
                "no token is frequent enough to learn from: lower features.text.min_df or fetch more months"
            )
        return self

    def transform(self, counts: Mapping[str, Counts]) -> csr_matrix:
        """Features (questions x tokens of all spaces, float32)."""
        return hstack([self.weigh(space, counts[space]) for space in SPACES], format="csr", dtype=np.float32)

    def weigh(self, space: str, counts: Counts) -> csr_matrix:
        """TF-IDF of one space, rows of length `weight`, as scikit-learn's TfidfTransformer has it."""
        matrix = move_columns(counts, pd.Index(self.vocabulary_[space], dtype=object)).astype(np.float32)
        if self.params.sublinear_tf:
            matrix.data = np.log(matrix.data) + np.float32(1)
        matrix.data *= self.idf_[space][matrix.indices]
        lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        scale = getattr(self.params, space).weight / np.where(lengths > 0, lengths, 1)
        matrix.data *= np.repeat(scale, np.diff(matrix.indptr)).astype(np.float32)
        return matrix

    def as_arrays(self) -> dict[str, np.ndarray]:
        """Arrays to save; `from_arrays` reads them."""
        tokens = {f"{space}.tokens": pack_texts(self.vocabulary_[space]) for space in SPACES}
        return tokens | {f"{space}.idf": self.idf_[space] for space in SPACES}

    @classmethod
    def from_arrays(cls, params: FeatureParams, arrays: Mapping[str, np.ndarray]) -> Self:
        """The vectorizer that `as_arrays` packed."""
        vectorizer = cls(params)
        for space in SPACES:
            vectorizer.vocabulary_[space] = unpack_texts(arrays[f"{space}.tokens"])
            vectorizer.idf_[space] = arrays[f"{space}.idf"]
        return vectorizer


def choose_tokens(frequency: np.ndarray, params: SpaceParams) -> np.ndarray:
    """Columns of the tokens that are frequent enough, sorted; of equally frequent ones the first by name stay."""
    frequent = np.flatnonzero(frequency >= params.min_df)
    if params.max_features is None or len(frequent) <= params.max_features:
        return frequent
    ranked = frequent[np.argsort(-frequency[frequent], kind="stable")]
    return np.sort(ranked[: params.max_features])
