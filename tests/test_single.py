import numpy as np
import pytest

from tagger.cleaning import clean_texts, read_texts
from tagger.features import SPACES, number_tokens
from tagger.single import Remembered, Single
from tagger.text import CACHED_LETTERS, CleanParams
from tagger.vectorizer import FeatureParams, Vectorizer
from tests.typed import type_questions

CLEAN = CleanParams()
TAGS = ["c++", "c", "sql", "python-3.x", "python", "ruby-on-rails", "node.js", "list", "numpy", "asp.net-mvc"]
TYPED = type_questions(80)


def number(texts):
    cleaned = [clean_texts(text, CLEAN) for text in texts]
    return {space: number_tokens([getattr(text, f"{space}_tokens") for text in cleaned]) for space in SPACES}


def make_params(ngrams=(2, 2, 2), together=0.8, names=0.3, **values):
    spaces = {
        space: {"min_df": 1, "weight": 0.8 * (longest > 0), "ngrams": max(longest, 1)}
        for space, longest in zip(SPACES, ngrams, strict=True)
    }
    joined = {"together": {"min_df": 2, "weight": together}, "names": {"weight": names}}
    return FeatureParams.model_validate(spaces | joined | values)


VARIANTS = {
    "the default": {},
    "runs of three": {"ngrams": (3, 1, 2)},
    "one space": {"ngrams": (0, 1, 0), "together": 0},
    "names alone": {"ngrams": (1, 0, 0), "together": 0, "names": 1.0},
    "no names": {"names": 0},
    "together alone": {"ngrams": (0, 0, 0), "names": 0},
    "counts": {"weighting": "counts"},
    "raw counts": {"weighting": "counts", "sublinear_tf": False},
    "the most frequent": {"title": {"min_df": 1, "max_features": 5, "weight": 1.0, "ngrams": 3}},
}


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_features_are_the_vectorizers_to_the_bit(values):
    texts = [read_texts(*question) for question in TYPED]
    vectorizer = Vectorizer(make_params(**values), TAGS).fit(lambda: [number(texts[:60])])
    single = Single(vectorizer, CLEAN)
    whole = vectorizer.transform(number(texts))
    assert whole.nnz > 500
    for row, text in enumerate(texts):
        features = single.transform(text)
        np.testing.assert_array_equal(features.columns, whole[row].indices)
        assert features.values.tobytes() == whole[row].data.tobytes()


@pytest.mark.parametrize(
    ("values", "served"),
    [({}, True), ({"weighting": "embeddings"}, False), ({"identifiers": {"min_df": 1, "weight": 1.0}}, False)],
)
def test_what_it_does_not_know_is_left_to_the_vectorizer(values, served):
    assert Single.serves(Vectorizer(make_params(**values))) == served


def test_memory_is_flat(monkeypatch):
    monkeypatch.setattr("tagger.single.CACHED_WORDS", 100)
    remembered = Remembered(str)
    for start in range(0, 1000, 10):
        pieces = [f"word{number}" for number in range(start, start + 10)] + ["x" * (CACHED_LETTERS + 1)]
        assert len(remembered.find_keys(pieces)) == 11
        assert len(remembered) <= 100
    assert all(len(piece) <= CACHED_LETTERS for piece in remembered)
