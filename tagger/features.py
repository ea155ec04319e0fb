"""Token counts of title, prose and code: what is counted once and weighted anew in every training."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, vstack

SPACES = ("title", "text", "code")


@dataclass(frozen=True)
class Counts:
    """How often each token occurs: `matrix` (questions x tokens, int32), `tokens` sorted, one per column."""

    matrix: csr_matrix
    tokens: np.ndarray

    def take(self, rows: np.ndarray) -> "Counts":
        """The counts of some questions."""
        return Counts(self.matrix[rows], self.tokens)


def count_tokens(texts: Sequence[str]) -> Counts:
    """Count blank-separated tokens."""
    from sklearn.feature_extraction.text import CountVectorizer

    if not any(texts):
        return Counts(csr_matrix((len(texts), 0), dtype=np.int32), np.array([], dtype=object))
    counter = CountVectorizer(analyzer=str.split, dtype=np.int32)
    matrix = counter.fit_transform(texts)
    return Counts(matrix, counter.get_feature_names_out())


def count_spaces(questions: pd.DataFrame) -> dict[str, Counts]:
    """The counts of each space; `questions` has the columns of tables.CLEAN."""
    return {space: count_tokens(questions[f"{space}_tokens"].tolist()) for space in SPACES}


def stack_counts(parts: Sequence[Counts]) -> Counts:
    """The questions of all parts, one below the other, over the tokens of all."""
    tokens = np.array(sorted({token for part in parts for token in part.tokens}), dtype=object)
    index = pd.Index(tokens)
    return Counts(vstack([move_columns(part, index) for part in parts], format="csr"), tokens)


def move_columns(counts: Counts, tokens: pd.Index) -> csr_matrix:
    """The counts of `tokens`, in their order; others are dropped. Both are sorted, so a row's columns stay so."""
    target = tokens.get_indexer(pd.Index(counts.tokens, dtype=object))
    column = target[counts.matrix.indices]
    kept = column >= 0
    indptr = np.concatenate([[0], np.cumsum(kept)])[counts.matrix.indptr]
    return csr_matrix((counts.matrix.data[kept], column[kept], indptr), shape=(counts.matrix.shape[0], len(tokens)))


def pack_counts(counts: Mapping[str, Counts]) -> dict[str, np.ndarray]:
    """Arrays to save; `unpack_counts` reads them."""
    arrays: dict[str, np.ndarray] = {}
    for space, part in counts.items():
        matrix = part.matrix
        arrays |= {f"{space}.data": matrix.data, f"{space}.indices": matrix.indices, f"{space}.indptr": matrix.indptr}
        arrays[f"{space}.tokens"] = pack_texts(part.tokens)
    return arrays


def unpack_counts(arrays: Mapping[str, np.ndarray]) -> dict[str, Counts]:
    """The counts that `pack_counts` packed."""
    return {space: unpack_space(arrays, space) for space in SPACES}


def unpack_space(arrays: Mapping[str, np.ndarray], space: str) -> Counts:
    """The counts of one space."""
    data, indices, indptr, packed = (arrays[f"{space}.{part}"] for part in ("data", "indices", "indptr", "tokens"))
    tokens = unpack_texts(packed)
    return Counts(csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, len(tokens))), tokens)


def pack_texts(texts: Iterable[str]) -> np.ndarray:
    """Texts without line ends as UTF-8 bytes: an array of objects could not be saved without pickle."""
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def unpack_texts(packed: np.ndarray) -> np.ndarray:
    """The texts that `pack_texts` packed."""
    text = packed.tobytes().decode()
    return np.array(text.split("\n") if text else [], dtype=object)
