"""Why a tag: the words that spoke for it, exactly where a score is a sum over words, else by leaving words out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

import numpy as np

from tagger.cleaning import Cleaned, Texts, clean_texts
from tagger.features import SPACES
from tagger.keys import hash_words
from tagger.single import Single
from tagger.text import CleanParams
from tagger.weights import Weights

if TYPE_CHECKING:
    import pandas as pd

# Questions that are scored with a word left out, at most: title first, then text, then code.
MOST_LEFT_OUT = 40
BLANKS = re.compile(r"(\s+)")


@dataclass(frozen=True)
class Term:
    """A word or a run of words, where it stands (title, text, code), and what it adds to a tag's score."""

    words: str
    place: str
    contribution: float


@dataclass(frozen=True)
class Explanation:
    """The terms that spoke for a tag, the strongest first, in the unit of `score`.

    margin: `score` is `base` (the tag's intercept) and the contributions of `terms` and, in sum, of all others, `rest`.
    probability: a contribution is what the tag loses without the word; they do not add up, `base` and `rest` are 0.
    """

    tag: str
    unit: Literal["margin", "probability"]
    score: float
    base: float
    terms: tuple[Term, ...]
    rest: float


def explain_sums(
    single: Single, weights: Weights, question: Cleaned, tags: Mapping[str, int], most: int
) -> list[Explanation]:
    """The `most` terms that add most to each tag (by its number), exactly: a column's share goes to its terms alike."""
    tokens = [getattr(question, f"{space}_tokens").split() for space in SPACES]
    found = single.find([hash_words(words) for words in tokens])
    columns, values, counts = single.weigh(found.columns)
    numbers = list(tags.values())
    scores, bases = weights.score_row(columns, values)[numbers], weights.intercept[numbers]
    added = weights.coef[columns].tocsc()[:, numbers].toarray() * (values / counts)[:, None].astype(np.float64)
    terms: dict[tuple[str, str], int] = {}
    asked = list(single.place_terms([len(words) for words in tokens]))
    term = [terms.setdefault(name_term(tokens, *asked[number]), len(terms)) for number in found.asked.tolist()]
    sums = np.zeros((len(terms), len(numbers)))
    np.add.at(sums, term, added[np.searchsorted(columns, found.columns)])
    return [
        make_explanation(tag, float(score), float(base), list(terms), contributions, most)
        for tag, score, base, contributions in zip(tags, scores, bases, sums.T, strict=True)
    ]


def name_term(tokens: Sequence[Sequence[str]], space: int, start: int, words: int) -> tuple[str, str]:
    """The words and the place of a term."""
    return " ".join(tokens[space][start : start + words]), SPACES[space]


def make_explanation(
    tag: str, score: float, base: float, terms: Sequence[tuple[str, str]], contributions: np.ndarray, most: int
) -> Explanation:
    """The terms with the largest positive contributions, all others in one sum."""
    best = pick_terms(terms, contributions, most)
    rest = float(contributions.sum()) - sum(term.contribution for term in best)
    return Explanation(tag, "margin", score, base, best, rest)


def pick_terms(terms: Sequence[tuple[str, str]], contributions: np.ndarray, most: int) -> tuple[Term, ...]:
    """The terms with the largest positive contributions; of equal ones the first."""
    order = np.argsort(-contributions, kind="stable")[:most]
    added = [(*terms[number], float(contributions[number])) for number in order]
    return tuple(Term(words, place, much) for words, place, much in added if much > 0)


def explain_losses(
    score: Callable[[pd.DataFrame], np.ndarray], texts: Texts, params: CleanParams, tags: Mapping[str, int], most: int
) -> list[Explanation]:
    """What each tag's probability loses when a word is left out of one place, for any model that scores questions."""
    import pandas as pd

    left_out = list(islice(leave_out(texts, params), MOST_LEFT_OUT))
    questions = [clean_texts(texts, params), *(question for _, question in left_out)]
    scores = score(pd.DataFrame(questions, columns=list(Cleaned._fields))).astype(np.float64)
    terms = [term for term, _ in left_out]
    return [
        Explanation(tag, "probability", float(scores[0, number]), 0.0, pick_terms(terms, losses, most), 0.0)
        for tag, number in tags.items()
        for losses in [scores[0, number] - scores[1:, number]]
    ]


def leave_out(texts: Texts, params: CleanParams) -> Iterator[tuple[tuple[str, str], Cleaned]]:
    """Each word that has tokens, with its place, and the question without it there."""
    for place, text in zip(SPACES, texts, strict=True):
        pieces = BLANKS.split(text)
        for word in dict.fromkeys(pieces[::2]):
            without = texts._replace(**{place: "".join(piece for piece in pieces if piece != word)})
            if any(clean_texts(Texts(**dict.fromkeys(SPACES, "") | {place: word}), params)[len(SPACES) :]):
                yield (word, place), clean_texts(without, params)
