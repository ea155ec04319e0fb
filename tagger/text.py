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

StopWords = Literal["english", "none"]
Morphology = Literal["none", "stem", "lemmatize"]

# c++11 c# asp.net node.js objective-c python-3.x, .net; what follows an apostrophe (don't, user's) is left out.
WORD = re.compile(r"(\w+(?:[.-]\w+|\+\+\w*|\#\w*)*|(?<![\w.])\.(?i:net|htaccess)\b(?:[.-]\w+)*)(?:['’]\w+)?")
# An identifier, or a run of punctuation: `<-`, `=>`, `$(` and `?>` tell languages apart.
CODE_WORD = re.compile(r"[^\W\d]\w*|[^\w\s]+")
# The words in UITableView, asp.net-mvc and snake_case.
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\WA-Z\d_]+")

LANGUAGES = frozenset(["d", "m"])  # they stand in NLTK's list as what is left of "I'd" and "I'm"
# What is asked for in a service may be anything: a cache must not hold it all.
CACHED_WORDS = 1 << 17
CACHED_LETTERS = 64


class CleanParams(Section):
    """Section `clean`: what becomes of the words."""

    stop_words: StopWords = "english"
    morphology: Morphology = "none"


def tokenize_prose(text: str, params: CleanParams) -> str:
    """The words of a text in lower case, each followed by the words it is made of, joined by one blank."""
    return tokenize(WORD.findall(text), params.stop_words, params.morphology)


def tokenize_code(code: str) -> str:
    """The identifiers and punctuation of code in lower case, each followed by its words, joined by one blank."""
    return tokenize(CODE_WORD.findall(code), "none", "none")


def tokenize(words: list[str], stop_words: StopWords, morphology: Morphology) -> str:
    """Join the tokens of words. Raises TaggerError where NLTK's data is not there."""
    return " ".join(filter(None, map(load_tokens(stop_words, morphology).__getitem__, words)))


class Tokens(dict[str, str]):
    """The tokens of each word as written, made when first asked for; empty for a stop word."""

    def __init__(self, stop_words: frozenset[str], reduce: Callable[[str], str]) -> None:
        self.stop_words = stop_words
        self.reduce = reduce

    def __missing__(self, word: str) -> str:
        if len(self) >= CACHED_WORDS:
            self.clear()
        tokens = " ".join(self.expand(word))
        if len(word) <= CACHED_LETTERS:
            self[word] = tokens
        return tokens

    def expand(self, word: str) -> list[str]:
        """The word and the words that it is made of, without stop words."""
        parts = [word.lower()]
        if parts[0] in self.stop_words:
            return []
        if not (word.isalpha() and word.islower()):
            parts += [part.lower() for part in PART.findall(word) if 1 < len(part) < len(word)]
        kept = [part for part in parts if part not in self.stop_words]
        return [self.reduce(part) if part.isalpha() else part for part in kept]


@lru_cache
def load_tokens(stop_words: StopWords, morphology: Morphology) -> Tokens:
    """One cache for each choice. Raises TaggerError."""
    return Tokens(STOP_WORDS[stop_words](), MORPHOLOGIES[morphology]())


def normalize(text: str) -> str:
    """Unicode's NFKC: full-width letters, ligatures and mathematical letters become the letters that people search."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def read_english() -> frozenset[str]:
    """NLTK's English stop words but for names of languages. Raises TaggerError.

    The file is read without NLTK, whose import takes seconds: each worker and the service would wait for it.
    """
    path = find_corpus("stopwords/english")
    if not path.is_file():
        raise TaggerError(f"NLTK's stop words are not at {path}: run `make setup`, or set clean.stop_words: none")
    return frozenset(path.read_text(encoding="utf-8").split()) - LANGUAGES


def find_corpus(name: str) -> Path:
    """Where a corpus of NLTK lies: below one of $NLTK_DATA, or of the environment, which is last."""
    roots = [*os.environ.get("NLTK_DATA", "").split(os.pathsep), f"{sys.prefix}/nltk_data"]
    paths = [Path(root, "corpora", name) for root in roots if root]
    return next((path for path in paths if path.exists()), paths[-1])


def list_corpora(params: CleanParams) -> list[str]:
    """The corpora of NLTK that the tokens need."""
    needed = {"stopwords/english": params.stop_words == "english", "wordnet": params.morphology == "lemmatize"}
    return [name for name, wanted in needed.items() if wanted]


def load_stemmer() -> Callable[[str], str]:
    """Snowball's English stems."""
    from nltk.stem.snowball import EnglishStemmer

    stem: Callable[[str], str] = EnglishStemmer().stem
    return stem


def load_lemmatizer() -> Callable[[str], str]:
    """WordNet's lemmas of nouns. Words of up to three letters stay: css, ios and aws are no plurals.

    Raises TaggerError.
    """
    from nltk.stem import WordNetLemmatizer

    lemmatize = WordNetLemmatizer().lemmatize
    try:
        lemmatize("words")
    except LookupError as error:
        data = f"{sys.prefix}/nltk_data"
        raise TaggerError(f"WordNet is not in {data}: run `make setup`, or set clean.morphology: none") from error
    return lambda word: lemmatize(word) if len(word) > 3 else word


STOP_WORDS: dict[StopWords, Callable[[], frozenset[str]]] = {"english": read_english, "none": frozenset}
MORPHOLOGIES: dict[Morphology, Callable[[], Callable[[str], str]]] = {
    "none": lambda: str,
    "stem": load_stemmer,
    "lemmatize": load_lemmatizer,
}
