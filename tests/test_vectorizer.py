import numpy as np
import pandas as pd
import pytest
from scipy.sparse import vstack
from sklearn.feature_extraction.text import TfidfVectorizer

from tagger.errors import ModelError
from tagger.features import number_spaces
from tagger.vectorizer import FeatureParams, Vectorizer
from tests.questions import make_questions

ON = {"min_df": 1, "weight": 1.0}
OFF = {"min_df": 1, "weight": 0.0}


def make_frame(texts, title="", code=""):
    count = len(texts)
    return pd.DataFrame({"title_tokens": [title] * count, "text_tokens": texts, "code_tokens": [code] * count})


def fit(params, *frames, tags=()):
    settings = FeatureParams.model_validate({"title": OFF, "text": OFF, "code": OFF} | params)
    return Vectorizer(settings, tags).fit(lambda: [number_spaces(frame) for frame in frames])


def vectors(params, frame, tags=()):
    return fit(params, frame, tags=tags).transform(number_spaces(frame)).toarray()


@pytest.mark.parametrize("ngrams", [1, 2, 3])
@pytest.mark.parametrize("min_df", [1, 2])
def test_a_space_is_that_of_scikit_learn(ngrams, min_df):
    texts = ["a b b c", "b c d", "a a d e", "", "b b c"]
    words = TfidfVectorizer(
        analyzer="word",
        tokenizer=str.split,
        ngram_range=(1, ngrams),
        min_df=min_df,
        sublinear_tf=True,
        token_pattern=None,
    )
    expected = words.fit_transform(texts).toarray()
    ours = vectors({"text": ON | {"min_df": min_df, "ngrams": ngrams}}, make_frame(texts))
    assert ours.shape == expected.shape
    # The columns are in the order of the keys, not of the words.
    np.testing.assert_allclose(ours @ ours.T, expected @ expected.T, atol=1e-6)
    np.testing.assert_allclose(np.sort(ours.sum(axis=0)), np.sort(expected.sum(axis=0)), rtol=1e-5)


def test_counts_know_no_idf():
    ours = vectors({"weighting": "counts", "sublinear_tf": False, "text": ON}, make_frame(["a a b", "b"]))
    np.testing.assert_allclose(sorted(ours[0]), [1 / 5**0.5, 2 / 5**0.5], rtol=1e-6)


def test_parts_are_counted_as_one():
    frames = [make_questions(30, seed=seed) for seed in range(3)]
    params = {"title": ON, "text": ON | {"min_df": 2, "ngrams": 2}, "identifiers": ON}
    streamed, whole = fit(params, *frames), fit(params, pd.concat(frames, ignore_index=True))
    for group, keys in whole.vocabulary_.items():
        np.testing.assert_array_equal(streamed.vocabulary_[group], keys)
        np.testing.assert_array_equal(streamed.idf_[group], whole.idf_[group])
    together = whole.transform(number_spaces(pd.concat(frames, ignore_index=True)))
    apart = vstack([whole.transform(number_spaces(frame)) for frame in frames])
    assert (together != apart).nnz == 0


def test_groups_have_their_weights_and_unseen_terms_do_not_count():
    frame = make_questions(50)
    vectorizer = fit({"title": ON, "text": ON | {"weight": 0.5}}, frame)
    X = vectorizer.transform(number_spaces(make_questions(5, seed=1).assign(title_tokens="never-seen")))
    np.testing.assert_allclose(np.sqrt(X.multiply(X).sum(axis=1)), 0.5, rtol=1e-5)
    assert vectorizer.count_known(number_spaces(make_frame(["how never-seen", "", "how how"]))).tolist() == [1, 0, 2]


def test_words_alike_in_meaning_have_features_alike():
    ours = vectors({"weighting": "embeddings", "text": ON}, make_frame(["cat", "kitten", "compiler", ""]))
    assert ours.shape == (4, 256)
    assert ours[0] @ ours[1] > ours[0] @ ours[2] + 0.1
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), [1, 1, 1, 0], atol=1e-5)


def test_vectors_come_back_from_disk():
    frame = make_questions(20)
    params = {"weighting": "embeddings", "embeddings": {"dimensions": 16}, "title": ON, "text": ON}
    vectorizer = fit(params, frame)
    again = Vectorizer.from_arrays(vectorizer.params, [], vectorizer.as_arrays())
    assert again.columns == vectorizer.columns == 32
    assert (again.transform(number_spaces(frame)) != vectorizer.transform(number_spaces(frame))).nnz == 0


def test_identifiers_share_their_characters():
    frame = make_frame(["uitableviewcell", "uitableview", "how", "to42"])
    ours = vectors({"identifiers": ON | {"characters": 4}}, frame)
    assert ours[0] @ ours[1] > 0.6
    assert not ours[2].any()
    assert ours[3].any()


def test_names_of_tags_are_found_as_they_are_written():
    tags = ["c++", "python-3.x", "ruby-on-rails"]
    texts = ["c++ python", "rubyonrails", "ruby rails c", "rails ruby", "python-3.x"]
    found = vectors({"text": ON, "names": {"weight": 1.0}}, make_frame(texts), tags)[:, -12:-6] > 0
    exact, loose = found[:, :3], found[:, 3:]
    assert exact.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0], [0, 1, 0]]
    assert loose.tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_together_a_word_counts_wherever_it_stands():
    frame = make_frame(["b", ""], title="a", code="b")
    ours = vectors({"weighting": "counts", "sublinear_tf": False, "together": ON}, frame)
    np.testing.assert_allclose(np.sort(ours, axis=1), [[0.5**0.5] * 2, [1 / 5**0.5, 2 / 5**0.5]], rtol=1e-5)


def test_the_vocabulary_survives_being_saved():
    frame = make_questions(20)
    params = {"title": ON, "text": ON, "code": ON, "identifiers": ON, "names": {"weight": 0.5}}
    vectorizer = fit(params, frame, tags=["c++", "sql"])
    again = Vectorizer.from_arrays(vectorizer.params, ["c++", "sql"], vectorizer.as_arrays())
    assert again.columns == vectorizer.columns == vectorizer.transform(number_spaces(frame)).shape[1]
    assert (again.transform(number_spaces(frame)) != vectorizer.transform(number_spaces(frame))).nnz == 0


@pytest.mark.parametrize(("min_df", "most", "kept"), [(1, None, 4), (2, None, 3), (1, 2, 2), (5, None, 1)])
def test_terms_are_chosen_by_frequency(min_df, most, kept):
    frame = make_frame(["a b c d", "b c d", "b c d", "c d", "d"])
    assert len(fit({"text": ON | {"min_df": min_df, "max_features": most}}, frame).vocabulary_["text"]) == kept


def test_no_token_at_all_is_refused():
    with pytest.raises(ModelError, match=r"lower features\.text\.min_df"):
        fit({"text": ON | {"min_df": 99}}, make_questions(5))


@pytest.mark.parametrize("text", ["", "日本語 の テキスト", "word " * 200_000, "<- %>% $(", "\u0000 \ud7ff"])
def test_any_text_has_features(text):
    vectorizer = fit({"title": ON, "text": ON | {"ngrams": 2}, "identifiers": ON}, make_questions(20))
    X = vectorizer.transform(number_spaces(make_frame([text])))
    assert X.shape == (1, vectorizer.columns)
    assert np.isfinite(X.data).all()
