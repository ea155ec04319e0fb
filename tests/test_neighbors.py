import numpy as np
import pytest
from scipy.sparse import csr_matrix, random
from sklearn.neighbors import NearestNeighbors

from tagger.engine import Engine
from tagger.models.base import Inputs
from tagger.neighbors import Model, Params
from tests.questions import make_questions


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = csr_matrix(random(120, 60, density=0.2, random_state=0, dtype=np.float32))
    X.data = X.data.astype(np.float16).astype(np.float32)
    return X, csr_matrix(rng.random((120, 9)) < 0.2, dtype=np.uint8)


def make_inputs(X):
    return Inputs.of(make_questions(X.shape[0]), X)


def test_the_votes_are_those_of_scikit_learns_nearest(data):
    X, Y = data
    model = Model(Params(neighbors=7, max_df=1)).fit(make_inputs(X), Y, Engine())
    products = X[:20] @ X.T
    search = NearestNeighbors(n_neighbors=7, metric="precomputed").fit(np.zeros((120, 120)))
    nearest = search.kneighbors(10 - products.toarray(), return_distance=False)
    weights = np.take_along_axis(products.toarray(), nearest, axis=1)
    expected = (Y.toarray()[nearest] * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1)[:, None]
    np.testing.assert_allclose(model.scores(make_inputs(X[:20])), expected, rtol=1e-4, atol=1e-5)


def test_frequent_terms_are_no_sign(data):
    X, Y = data
    marked = X.toarray()
    marked[:, 0] = 100
    plain, loud = (
        Model(Params(neighbors=5, max_df=0.9)).fit(make_inputs(csr_matrix(m)), Y, Engine())
        for m in (np.c_[np.zeros(120), X.toarray()[:, 1:]].astype(np.float32), marked)
    )
    np.testing.assert_array_equal(
        plain.scores(make_inputs(csr_matrix(marked))), loud.scores(make_inputs(csr_matrix(marked)))
    )


def test_it_comes_back_from_disk(tmp_path, data):
    X, Y = data
    model = Model(Params()).fit(make_inputs(X), Y, Engine())
    model.save(tmp_path)
    np.testing.assert_array_equal(Model(Params()).load(tmp_path).scores(make_inputs(X)), model.scores(make_inputs(X)))


def test_a_question_like_no_other_gets_no_votes(data):
    X, Y = data
    scores = (
        Model(Params(max_df=1))
        .fit(make_inputs(X), Y, Engine())
        .scores(make_inputs(csr_matrix((2, 60), dtype=np.float32)))
    )
    assert not scores.any()
