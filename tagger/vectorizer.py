"""Tokens to features: TF-IDF, counts or word vectors of title, prose and code, fitted to training questions alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix, hstack

from tagger.errors import ModelError
from tagger.features import SPACES, Spaces, Tokens
from tagger.names import Names
from tagger.params import Section

if TYPE_CHECKING:
    from tagger.grams import Terms

JOINED = ("together", "identifiers")
Parts = Callable[[], Iterable[Spaces]]


class TermParams(Section):
    """Terms in at least `min_df` training questions, the `max_features` most frequent; weight 0: off."""

    min_df: int = Field(ge=1)
    max_features: int | None = Field(default=None, ge=1)
    weight: float = Field(ge=0)


class SpaceParams(TermParams):
    """One space of words, and of runs of up to `ngrams` words."""

    ngrams: int = Field(default=1, ge=1, le=3)


class IdentifierParams(TermParams):
    """Runs of `characters` characters in the identifiers of title, prose and code."""

    characters: int = Field(default=4, ge=2, le=8)


class NameParams(Section):
    """Whether a question says a tag's own name, a column per tag and space; weight 0: off."""

    weight: float = Field(default=0, ge=0)


class EmbeddingParams(Section):
    """The pre-trained word vectors (package wordllama), cut off at `dimensions`."""

    dimensions: int = Field(default=256, ge=1, le=256)


class FeatureParams(Section):
    """Section `features`: how tokens become features; each group is scaled to unit length, then by its weight.

    together: the words of all spaces in one, those of the title twice. embeddings: of each space the mean of its
    words' vectors, weighted by TF-IDF; no other groups, no runs.
    """

    weighting: Literal["counts", "tfidf", "embeddings"] = "tfidf"
    sublinear_tf: bool = True
    title: SpaceParams
    text: SpaceParams
    code: SpaceParams
    together: TermParams = TermParams(min_df=2, weight=0)
    identifiers: IdentifierParams = IdentifierParams(min_df=3, weight=0)
    names: NameParams = NameParams()
    embeddings: EmbeddingParams = EmbeddingParams()


class Vectorizer:
    """Tokens to features. `vocabulary_` holds the keys of each group's terms, ascending; `idf_` their weights;
    `vectors_` (terms x dimensions, float16) their vectors where words are embedded."""

    def __init__(self, params: FeatureParams, tags: Sequence[str] = ()) -> None:
        self.params = params
        self.names = Names(tags)
        self.vocabulary_: dict[str, np.ndarray] = {}
        self.idf_: dict[str, np.ndarray] = {}
        self.vectors_: dict[str, np.ndarray] = {}

    def fit(self, parts: Parts) -> Self:
        """Choose the terms and weigh them; `parts` gives the training questions' tokens, twice. Raises ModelError."""
        from tagger.frequencies import Frequencies

        frequencies = {group: Frequencies(getattr(self.params, group).min_df) for group in self.groups()}
        for count in (Frequencies.sketch, Frequencies.count):
            for spaces in parts():
                for group, counted in frequencies.items():
                    count(counted, self.terms(group, spaces))
        for group, counted in frequencies.items():
            keys, frequency = counted.most_frequent(getattr(self.params, group).max_features)
            self.vocabulary_[group], self.idf_[group] = keys, self.weights(frequency, counted.rows)
        if not any(len(keys) for keys in self.vocabulary_.values()):
            raise ModelError(
                "no token is frequent enough to learn from: lower features.text.min_df or fetch more months"
            )
        if self.embeds:
            self.vectors_ = {group: self.embed(group, parts) for group in self.groups()}
        return self

    @property
    def embeds(self) -> bool:
        """Whether words are replaced by vectors."""
        return self.params.weighting == "embeddings"

    def embed(self, group: str, parts: Parts) -> np.ndarray:
        """The vectors of one group's vocabulary."""
        from tagger.vectors import RESERVED, embed_words

        words = find_words(self.vocabulary_[group], (spaces[group] for spaces in parts()))
        vectors = embed_words([*RESERVED, *words], self.params.embeddings.dimensions, "features.embeddings")
        halved: np.ndarray = vectors[len(RESERVED) :].astype(np.float16)
        return halved

    def groups(self) -> list[str]:
        """The groups of terms that are on."""
        groups = SPACES if self.embeds else (*SPACES, *JOINED)
        return [group for group in groups if getattr(self.params, group).weight]

    def terms(self, group: str, spaces: Spaces) -> Terms:
        """The terms of one group in some questions."""
        from tagger.grams import count_characters, count_words

        if group == "identifiers":
            return count_characters(join_spaces(spaces, SPACES), self.params.identifiers.characters)
        if group == "together":
            return count_words(join_spaces(spaces, ("title", *SPACES)), 1)
        return count_words(spaces[group], 1 if self.embeds else getattr(self.params, group).ngrams)

    def weights(self, frequency: np.ndarray, rows: int) -> np.ndarray:
        """scikit-learn's smooth IDF, or ones."""
        if self.params.weighting == "counts":
            return np.ones(len(frequency), np.float32)
        idf: np.ndarray = (np.log((1 + rows) / (1 + frequency)) + 1).astype(np.float32)
        return idf

    @property
    def columns(self) -> int:
        """Columns of the features."""
        named = len(SPACES) * self.names.columns if self.params.names.weight else 0
        if self.embeds:
            return self.params.embeddings.dimensions * len(self.vocabulary_) + named
        return sum(len(keys) for keys in self.vocabulary_.values()) + named

    def transform(self, spaces: Spaces) -> csr_matrix:
        """Features (questions x columns, float32)."""
        matrices = [self.weigh(group, self.terms(group, spaces)) for group in self.groups()]
        if weight := self.params.names.weight:
            matrices += [scale_rows(self.dampen(self.names.find(spaces[space])), weight) for space in SPACES]
        return hstack(matrices, format="csr", dtype=np.float32)

    def weigh(self, group: str, terms: Terms) -> csr_matrix:
        """The terms of one group, rows of length `weight`, as scikit-learn's TfidfTransformer has it."""
        matrix = look_up(terms, self.vocabulary_[group])
        self.dampen(matrix)
        matrix.data *= self.idf_[group][matrix.indices]
        if self.embeds:
            matrix = csr_matrix(scale_rows(matrix, 1) @ self.vectors_[group].astype(np.float32))
        return scale_rows(matrix, getattr(self.params, group).weight)

    def dampen(self, matrix: csr_matrix) -> csr_matrix:
        """1 + log(count), in place, where that is asked for."""
        if self.params.sublinear_tf:
            matrix.data = np.log(matrix.data) + np.float32(1)
        return matrix

    def count_known(self, spaces: Spaces) -> np.ndarray:
        """Of each question the words, in any space, that training knows."""
        from tagger.grams import count_words

        words = [
            look_up(count_words(spaces[space], 1), self.vocabulary_[space])
            for space in self.vocabulary_
            if space in SPACES
        ]
        known: np.ndarray = np.sum([np.asarray(part.sum(axis=1)).ravel() for part in words], axis=0)
        return known

    def as_arrays(self) -> dict[str, np.ndarray]:
        """Arrays to save; `from_arrays` reads them."""
        keys = {f"{group}.keys": keys for group, keys in self.vocabulary_.items()}
        vectors = {f"{group}.vectors": vectors for group, vectors in self.vectors_.items()}
        return keys | vectors | {f"{group}.idf": idf for group, idf in self.idf_.items()}

    @classmethod
    def from_arrays(cls, params: FeatureParams, tags: Sequence[str], arrays: Mapping[str, np.ndarray]) -> Self:
        """The vectorizer that `as_arrays` packed."""
        vectorizer = cls(params, tags)
        for group in vectorizer.groups():
            vectorizer.vocabulary_[group] = arrays[f"{group}.keys"]
            vectorizer.idf_[group] = arrays[f"{group}.idf"]
            if vectorizer.embeds:
                vectorizer.vectors_[group] = arrays[f"{group}.vectors"]
        return vectorizer


def find_words(vocabulary: np.ndarray, parts: Iterable[Tokens]) -> list[str]:
    """The words that a vocabulary's keys stand for."""
    from tagger.grams import hash_words

    words = [""] * len(vocabulary)
    for tokens in parts:
        keys = hash_words(tokens.words)
        place = np.searchsorted(vocabulary, keys).clip(max=len(vocabulary) - 1)
        for number in np.flatnonzero(vocabulary[place] == keys):
            words[place[number]] = tokens.words[int(number)]
    return words


def look_up(terms: Terms, vocabulary: np.ndarray) -> csr_matrix:
    """The counts (float32) of a vocabulary's terms; others are dropped. Both are ascending, so a row's columns are."""
    column = np.searchsorted(vocabulary, terms.keys)
    column[column == len(vocabulary)] = 0
    kept = vocabulary[column] == terms.keys if len(vocabulary) else np.zeros(len(column), dtype=bool)
    indptr = np.concatenate([[0], np.cumsum(kept)])[terms.indptr].astype(np.int32)
    shape = (len(indptr) - 1, len(vocabulary))
    return csr_matrix((terms.counts[kept].astype(np.float32), column[kept].astype(np.int32), indptr), shape=shape)


def scale_rows(matrix: csr_matrix, weight: float) -> csr_matrix:
    """Scale each row that is not empty to a length."""
    sizes = np.diff(matrix.indptr)
    # Summed one by one, in float64: a question has the same length alone as among others.
    squares = np.bincount(np.repeat(np.arange(len(sizes)), sizes), matrix.data.astype(np.float64) ** 2, len(sizes))
    scale = (weight / np.sqrt(np.where(sizes > 0, squares, 1))).astype(np.float32)
    matrix.data *= np.repeat(scale, sizes)
    return matrix


def join_spaces(spaces: Spaces, names: Sequence[str]) -> Tokens:
    """The tokens of some spaces, question by question."""
    parts = [spaces[name] for name in names]
    offsets = np.cumsum([0, *(len(part.words) for part in parts)])
    words = [word for part in parts for word in part.words]
    lengths = np.stack([np.diff(part.indptr) for part in parts])
    ids = np.concatenate([part.ids + offset for part, offset in zip(parts, offsets, strict=False)])
    rows = np.concatenate([np.repeat(np.arange(lengths.shape[1]), counts) for counts in lengths])
    order = np.argsort(rows, kind="stable")
    return Tokens(words, ids[order], np.concatenate([[0], np.cumsum(lengths.sum(axis=0))]))
