"""Numbers that describe each question, whatever its tags: lengths, code, language, what is broken, unknown words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tagger.features import SPACES, Spaces
from tagger.grams import Terms, count_words

LENGTHS = (*(f"{space}_tokens" for space in SPACES), "code_share")
FLAGS = ("broken", "repeated")
UNKNOWN = tuple(f"unknown_{space}" for space in SPACES)
# HTML that cleaning took for text.
MARKUP = re.compile(r"</?(?:p|pre|code|div|br|li|a|strong|em)\b[^<>]*>|&(?:lt|gt|amp|quot|#39);")
# Characters that the language is told from.
READ = 1000
UNTOLD = "unknown"
# A word is known from so many questions of the reference on.
KNOWN_FROM = 2


@dataclass(frozen=True)
class Known:
    """What the reference has: in how many of its questions each word is, by space, and how often each text."""

    frequency: dict[str, pd.Series]
    texts: pd.Series

    @classmethod
    def of(cls, parts: Iterable[tuple[Spaces, Sequence[str]]]) -> "Known":
        """Tokens and prose of the reference's questions, part by part."""
        frequency = {space: count_keys([]) for space in SPACES}
        digests = []
        for spaces, texts in parts:
            digests.append(digest_texts(texts))
            for space in SPACES:
                found = count_keys([count_words(spaces[space], 1).keys])
                frequency[space] = frequency[space].add(found, fill_value=0)
        return cls(frequency, count_keys(digests))


def count_keys(parts: Sequence[np.ndarray]) -> pd.Series:
    """How often each key is there, ascending by key."""
    keys, counts = np.unique(np.concatenate([np.empty(0, np.uint64), *parts]), return_counts=True)
    return pd.Series(counts, index=keys)


def digest_texts(texts: Sequence[str]) -> np.ndarray:
    """A key (uint64) for each text."""
    keys: np.ndarray = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
    return keys


def look_up(known: pd.Series, keys: np.ndarray) -> np.ndarray:
    """How often each key is known."""
    found: np.ndarray = known.reindex(keys, fill_value=0).to_numpy()
    return found


def describe_questions(questions: pd.DataFrame, spaces: Spaces, known: Known, own: bool) -> pd.DataFrame:
    """One row a question: LENGTHS, FLAGS, UNKNOWN (share of the tokens, NaN where there are none), language.

    `own`: the questions are the reference's, so that what they have themselves does not count as known.
    """
    lengths = {space: np.diff(spaces[space].indptr) for space in SPACES}
    every = np.maximum(sum(lengths.values()), 1)
    columns: dict[str, Any] = {f"{space}_tokens": lengths[space] for space in SPACES} | {
        "code_share": lengths["code"] / every
    }
    for space in SPACES:
        columns[f"unknown_{space}"] = share_unknown(count_words(spaces[space], 1), known.frequency[space], own)
    empty = (questions["text"] == "") & (questions["code"] == "")
    columns["broken"] = (empty | questions["text"].str.contains(MARKUP)).to_numpy()
    columns["repeated"] = find_repeated(questions["text_tokens"], known.texts, own)
    columns["language"] = [tell_language(text) for text in (questions["title"] + ". " + questions["text"]).str[:READ]]
    return pd.DataFrame(columns)


def share_unknown(terms: Terms, frequency: pd.Series, own: bool) -> np.ndarray:
    """Of each question the share of tokens that are not known."""
    unknown = look_up(frequency, terms.keys) < KNOWN_FROM + own
    rows = np.repeat(np.arange(len(terms.indptr) - 1), np.diff(terms.indptr))
    size = len(terms.indptr) - 1
    tokens = np.bincount(rows, terms.counts, size)
    missed = np.bincount(rows, terms.counts * unknown, size)
    shares: np.ndarray = np.divide(missed, tokens, out=np.full(size, np.nan), where=tokens > 0)
    return shares


def find_repeated(texts: pd.Series, known: pd.Series, own: bool) -> np.ndarray:
    """Whether another question has the same prose; none is no prose to repeat."""
    keys = digest_texts(texts.tolist())
    elsewhere = look_up(known, keys) > own
    within = pd.Series(keys).duplicated(keep=False).to_numpy()
    repeated: np.ndarray = (elsewhere | within) & (texts != "").to_numpy()
    return repeated


def tell_language(text: str) -> str:
    """The code of the language, by CLD2; UNTOLD where that is not sure."""
    import pycld2

    printable = text.replace("\n", " ")
    if not printable.isprintable():
        printable = "".join(letter if letter.isprintable() else " " for letter in printable)
    reliable, _, guesses = pycld2.detect(printable, bestEffort=False)
    return str(guesses[0][1]) if reliable and guesses[0][1] != "un" else UNTOLD
