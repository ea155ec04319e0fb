"""Tokens of title, prose and code as numbers: what is split once and counted anew in every training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

SPACES = ("title", "text", "code")


@dataclass(frozen=True)
class Tokens:
    """The tokens of some questions in their order: `ids` (int32) into `words`; question i has
    ids[indptr[i]:indptr[i + 1]]."""

    words: Sequence[str]
    ids: np.ndarray
    indptr: np.ndarray

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def take(self, rows: np.ndarray) -> Tokens:
        """The tokens of some questions, by number."""
        lengths = np.diff(self.indptr)[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        offsets = np.repeat(self.indptr[:-1][rows] - indptr[:-1], lengths)
        return Tokens(self.words, self.ids[np.arange(indptr[-1]) + offsets], indptr)


Spaces = Mapping[str, Tokens]


def number_tokens(texts: Iterable[str]) -> Tokens:
    """Number blank-separated tokens as they first occur."""
    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(word, len(numbers)) for word in text.split()] for text in texts]
    ids = np.fromiter((number for row in rows for number in row), dtype=np.int32)
    return Tokens(list(numbers), ids, np.cumsum([0, *(len(row) for row in rows)]))


def number_spaces(questions: pd.DataFrame) -> dict[str, Tokens]:
    """The tokens of each space; `questions` has the columns of tables.CLEAN."""
    return {space: number_tokens(questions[f"{space}_tokens"]) for space in SPACES}


def pack_spaces(spaces: Spaces) -> dict[str, np.ndarray]:
    """Arrays to save; `unpack_spaces` reads them."""
    arrays: dict[str, np.ndarray] = {}
    for space, tokens in spaces.items():
        arrays |= {f"{space}.ids": tokens.ids, f"{space}.indptr": tokens.indptr.astype(np.int64)}
        arrays[f"{space}.words"] = pack_texts(tokens.words)
    return arrays


def unpack_spaces(arrays: Mapping[str, np.ndarray]) -> dict[str, Tokens]:
    """The tokens that `pack_spaces` packed."""
    return {
        space: Tokens(unpack_texts(arrays[f"{space}.words"]), arrays[f"{space}.ids"], arrays[f"{space}.indptr"])
        for space in SPACES
    }


def pack_texts(texts: Iterable[str]) -> np.ndarray:
    """Texts without line ends as UTF-8 bytes: an array of objects could not be saved without pickle."""
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def unpack_texts(packed: np.ndarray) -> list[str]:
    """The texts that `pack_texts` packed."""
    text = packed.tobytes().decode()
    return text.split("\n") if text else []
