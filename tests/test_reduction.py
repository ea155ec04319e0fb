import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.feature_selection import chi2 as scikit_learns_chi2

from tagger.reduction import find_telling, fit_components, project, take_in_turn

# Column 0 tells tag 0, column 1 tells tag 1 less well, column 2 says nothing, column 3 comes without tag 0 only.
X = csr_matrix(
    np.array([[1, 0, 1, 0], [2, 0, 0, 0], [1, 1, 1, 0], [0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 0, 1]], dtype=np.float32)
)
Y = csr_matrix(np.array([[1, 0], [1, 0], [1, 1], [0, 1], [0, 0], [0, 1]]))
ONES = np.ones(6, dtype=np.float32)


def test_the_most_telling_column_comes_first_and_none_that_tells_against():
    first, second = find_telling(X, Y, ONES, 3)
    assert first.tolist() == [0, 2]
    assert second[0] == 1
    assert [columns.tolist() for columns in find_telling(X, Y, ONES, 1)] == [[0], [1]]


def test_the_order_is_that_of_the_statistic_on_two_by_two_tables():
    rng = np.random.default_rng(0)
    X = csr_matrix((rng.random((200, 30)) < 0.2).astype(np.float32))
    y = (rng.random(200) < 0.3).astype(int)
    table = np.stack([X.toarray() > 0, X.toarray() == 0], axis=2).astype(float)
    statistic = [scikit_learns_chi2(table[:, column], y)[0].sum() for column in range(30)]
    (ranked,) = find_telling(X, csr_matrix(y[:, None]), np.ones(200, dtype=np.float32), 30)
    assert len(ranked) > 5
    assert np.all(np.diff(np.array(statistic)[ranked]) <= 1e-9)


def test_a_question_of_weight_zero_says_nothing():
    half = np.array([1, 1, 0, 1, 1, 0], dtype=np.float32)
    kept = half > 0
    for found, expected in zip(find_telling(X, Y, half, 4), find_telling(X[kept], Y[kept], ONES[kept], 4), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("tag", [0, 1])
def test_a_constant_tag_has_no_telling_column(tag):
    assert [len(part) for part in find_telling(X, csr_matrix(np.full((6, 1), tag)), ONES, 3)] == [0]


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, [5]), (3, [1, 5, 7]), (9, [1, 2, 5, 7])])
def test_every_tag_proposes_in_turn(count, expected):
    ranked = [np.array([5, 7]), np.array([], dtype=np.int32), np.array([1, 5, 2])]
    assert take_in_turn(ranked, count).tolist() == expected


@pytest.mark.parametrize(("count", "found"), [(0, 0), (2, 2), (9, 3)])
def test_components_are_as_many_as_asked_for_or_as_there_can_be(count, found):
    components = fit_components(X, count, seed=0)
    assert components.shape == (found, 4)
    assert components.dtype == np.float32
    assert project(X, components).shape == (6, found)
