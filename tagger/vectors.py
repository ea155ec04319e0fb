"""Words as numbers: the vocabulary of the training questions, questions as numbers, pre-trained vectors."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tagger.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

# Numbers that no word has: what fills a row up, and a word that training did not hold.
RESERVED = ("", "<unknown>")
UNKNOWN = 1
WORDS_PER_CALL = 10_000


@dataclass(frozen=True)
class WordRows:
    """Numbers of words: per field an array (questions x most words), and how many are filled (questions x fields)."""

    fields: tuple[np.ndarray, ...]
    counts: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """Words of a question in all fields."""
        return np.asarray(self.counts.sum(axis=1))

    def take(self, rows: np.ndarray) -> tuple["Tensor", ...]:
        """Counts, then each field as far as the longest of these rows reaches."""
        import torch

        counts = self.counts[rows]
        longest = counts.max(axis=0, initial=1)
        fields = [field[rows, :most].astype(np.int64) for field, most in zip(self.fields, longest, strict=True)]
        return tuple(torch.from_numpy(part) for part in (counts, *fields))


def list_words(texts: Iterable[str], most: int) -> Iterable[list[str]]:
    """The first `most` words of each text; a longer one is not split to its end."""
    return (text.split(" ", most)[:most] if text else [] for text in texts)


def count_vocabulary(questions: pd.DataFrame, limits: Mapping[str, int], size: int) -> list[str]:
    """The `size` most frequent words among the first of each column; ties by the alphabet."""
    counts: Counter[str] = Counter()
    for column, most in limits.items():
        counts.update(chain.from_iterable(list_words(questions[column], most)))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [*RESERVED, *(word for word, _ in islice(ranked, size))]


def number_words(questions: pd.DataFrame, limits: Mapping[str, int], vocabulary: Sequence[str]) -> WordRows:
    """Questions as numbers of words."""
    numbers = {word: number for number, word in enumerate(vocabulary)}
    fields, counts = [], np.zeros((len(questions), len(limits)), dtype=np.int64)
    for place, (column, most) in enumerate(limits.items()):
        field = np.zeros((len(questions), most), dtype=np.int32)
        for row, words in enumerate(list_words(questions[column], most)):
            field[row, : len(words)] = [numbers.get(word, UNKNOWN) for word in words]
            counts[row, place] = len(words)
        fields.append(field)
    return WordRows(tuple(fields), counts)


def embed_words(vocabulary: Sequence[str], dimensions: int, where: str) -> np.ndarray:
    """Pre-trained vectors (words x dimensions, float32): the mean over a word's pieces. Raises ModelError.

    From the package wordllama, https://github.com/dleemiller/WordLlama, whose vectors may be cut off at any length
    (Matryoshka representations); they are scaled to a standard deviation of 0.3 or so.
    """
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = find_package("wordllama", where)
    (table,) = load_file(folder / "weights/l2_supercat_256.safetensors").values()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers/l2_supercat_tokenizer_config.json"))
    if dimensions > table.shape[1]:
        raise ModelError(f"{where}.dimensions is {dimensions}; the vectors of wordllama have {table.shape[1]} at most")
    table = table[:, :dimensions].astype(np.float32)
    vectors = np.zeros((len(vocabulary), dimensions), dtype=np.float32)
    for start in range(len(RESERVED), len(vocabulary), WORDS_PER_CALL):
        words = list(vocabulary[start : start + WORDS_PER_CALL])
        for row, pieces in enumerate(tokenizer.encode_batch(words, add_special_tokens=False), start):
            vectors[row] = table[pieces.ids].mean(axis=0) if pieces.ids else 0
    return vectors * np.float32(0.3 / table.std())


def find_package(name: str, where: str) -> Path:
    """The folder of an installed package, found without importing it. Raises ModelError."""
    spec = find_spec(name)
    if spec is None or not spec.origin:
        raise ModelError(f"{where} needs the package {name}, which is not installed: run `make setup`")
    return Path(spec.origin).parent
