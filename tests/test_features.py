import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from tagger.errors import ModelError
from tagger.features import count_spaces, count_tokens, move_columns, pack_counts, stack_counts, unpack_counts
from tagger.vectorizer import FeatureParams, SpaceParams, Vectorizer, choose_tokens
from tests.questions import make_questions

ON = {"min_df": 1, "weight": 1.0}
OFF = {"min_df": 1, "weight": 0.0}


def test_tokens_are_counted_as_they_stand():
    counts = count_tokens(["c++ c# c++", "", ".net c#"])
    assert counts.tokens.tolist() == [".net", "c#", "c++"]
    assert counts.matrix.toarray().tolist() == [[0, 1, 2], [0, 0, 0], [1, 1, 0]]


@pytest.mark.parametrize("texts", [[], ["", ""]])
def test_texts_without_tokens_have_no_columns(texts):
    assert count_tokens(texts).matrix.shape == (len(texts), 0)


def test_counts_survive_being_packed():
    counts = count_spaces(make_questions(5))
    unpacked = unpack_counts(pack_counts(counts))
    for space, part in counts.items():
        assert unpacked[space].tokens.tolist() == part.tokens.tolist()
        assert (unpacked[space].matrix != part.matrix).nnz == 0


def test_stacked_counts_are_those_of_all_texts_together():
    texts = ["a b b", "c", "", "b d"]
    stacked = stack_counts([count_tokens(texts[:1]), count_tokens(texts[1:])])
    whole = count_tokens(texts)
    assert stacked.tokens.tolist() == whole.tokens.tolist()
    assert stacked.matrix.toarray().tolist() == whole.matrix.toarray().tolist()


def test_moved_columns_drop_unknown_tokens():
    moved = move_columns(count_tokens(["a b b", "z"]), pd.Index(["b", "c"]))
    assert moved.toarray().tolist() == [[2, 0], [0, 0]]


def test_a_space_is_that_of_scikit_learn():
    texts = ["a b b c", "b c d", "a a d e", ""]
    frame = pd.DataFrame({"title_tokens": [""] * 4, "text_tokens": texts, "code_tokens": [""] * 4})
    params = FeatureParams.model_validate({"title": OFF, "text": ON | {"min_df": 2}, "code": OFF})
    counts = count_spaces(frame)
    expected = TfidfVectorizer(analyzer=str.split, min_df=2, sublinear_tf=True).fit_transform(texts)
    np.testing.assert_allclose(
        Vectorizer(params).fit(counts).transform(counts).toarray(), expected.toarray(), rtol=1e-6
    )


def test_spaces_have_their_weights_and_unseen_tokens_do_not_count():
    params = FeatureParams.model_validate({"title": ON, "text": ON | {"weight": 0.5}, "code": OFF})
    vectorizer = Vectorizer(params).fit(count_spaces(make_questions(50)))
    X = vectorizer.transform(count_spaces(make_questions(5, seed=1).assign(title_tokens="never-seen")))
    lengths = np.sqrt(X.multiply(X).sum(axis=1))
    np.testing.assert_allclose(lengths, 0.5, rtol=1e-5)


def test_the_vocabulary_survives_being_saved():
    counts = count_spaces(make_questions(20))
    params = FeatureParams.model_validate({"title": ON, "text": ON, "code": ON})
    vectorizer = Vectorizer(params).fit(counts)
    again = Vectorizer.from_arrays(params, vectorizer.as_arrays())
    assert (again.transform(counts) != vectorizer.transform(counts)).nnz == 0


@pytest.mark.parametrize(
    ("min_df", "most", "chosen"), [(1, None, [0, 1, 2, 3]), (2, None, [1, 2, 3]), (1, 2, [1, 3]), (9, None, [])]
)
def test_tokens_are_chosen_by_frequency_then_name(min_df, most, chosen):
    params = SpaceParams(min_df=min_df, max_features=most, weight=1)
    assert choose_tokens(np.array([1, 5, 4, 5]), params).tolist() == chosen


def test_no_token_at_all_is_refused():
    params = FeatureParams.model_validate({"title": OFF, "text": ON | {"min_df": 99}, "code": OFF})
    with pytest.raises(ModelError, match=r"lower features\.text\.min_df"):
        Vectorizer(params).fit(count_spaces(make_questions(5)))
