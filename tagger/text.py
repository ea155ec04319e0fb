"""Turns prose and code into tokens: the names of technologies stay whole, stop words go."""

import os
import re
import sys
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Literal

from tagger.errors import TaggerError
from tagger.params import Section

# c++ c++11 c# .net asp.net node.js objective-c python-3.x; what follows an apostrophe (don't, user's) is dropped.
WORD = re.compile(
    r"((?:(?<![\w.])\.(?=net\b|htaccess\b))?\w+(?:(?:\+\+|\#)\d*)?(?:[.-]\w+(?:(?:\+\+|\#)\d*)?)*)(?:['’]\w+)?"
)
IDENTIFIER = re.compile(r"[^\W\d]\w+")

# Names of languages among NLTK's stop words.
KEPT = frozenset(["c", "d", "m", "r"])


class CleanParams(Section):
    """Section `clean`: what becomes of the words."""

    stop_words: Literal["english", "none"] = "english"
    morphology: Literal["none", "stem", "lemmatize"] = "none"


def tokenize_prose(text: str, params: CleanParams) -> str:
    """The words of a text in lower case, joined by one blank."""
    stop_words = STOP_WORDS[params.stop_words]()
    words = [word for word in WORD.findall(text.lower()) if word not in stop_words]
    if params.morphology != "none":
        words = list(map(MORPHOLOGY[params.morphology], words))
    return " ".join(words)


def tokenize_code(code: str) -> str:
    """The identifiers of a piece of code in lower case, joined by one blank."""
    return " ".join(IDENTIFIER.findall(code.lower()))


def normalize(text: str) -> str:
    """Unicode's NFKC: full-width letters, ligatures and mathematical letters become the letters that people search."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=1)
def read_english() -> frozenset[str]:
    """NLTK's English stop words but for names of languages. Raises TaggerError.

    The file is read as it is: importing NLTK takes seconds, and so would the start of each worker.
    """
    roots = [*os.environ.get("NLTK_DATA", "").split(os.pathsep), f"{sys.prefix}/nltk_data"]
    paths = [Path(root) / "corpora/stopwords/english" for root in roots if root]
    for path in paths:
        if path.is_file():
            return frozenset(path.read_text(encoding="utf-8").split()) - KEPT
    raise TaggerError(f"NLTK's stop words are not at {paths[-1]}: run `make setup`, or set clean.stop_words: none")


@lru_cache(maxsize=1 << 18)
def stem(word: str) -> str:
    """Snowball's English stem of a plain word."""
    return load_stemmer()(word) if word.isalpha() else word


@lru_cache(maxsize=1 << 18)
def lemmatize(word: str) -> str:
    """WordNet's lemma of a plain word as a noun. Up to three letters stay: css, ios and aws are no plurals."""
    return load_lemmatizer()(word) if word.isalpha() and len(word) > 3 else word


@lru_cache(maxsize=1)
def load_stemmer() -> Callable[[str], str]:
    from nltk.stem.snowball import EnglishStemmer

    stem_word: Callable[[str], str] = EnglishStemmer().stem
    return stem_word


@lru_cache(maxsize=1)
def load_lemmatizer() -> Callable[[str], str]:
    """Raises TaggerError."""
    from nltk.stem import WordNetLemmatizer

    lemmatize_word: Callable[[str], str] = WordNetLemmatizer().lemmatize
    try:
        lemmatize_word("words")
    except LookupError as error:
        data = f"{sys.prefix}/nltk_data"
        raise TaggerError(f"WordNet is not in {data}: run `make setup`, or set clean.morphology: none") from error
    return lemmatize_word


STOP_WORDS: dict[str, Callable[[], frozenset[str]]] = {"english": read_english, "none": frozenset}
MORPHOLOGY: dict[str, Callable[[str], str]] = {"stem": stem, "lemmatize": lemmatize}
