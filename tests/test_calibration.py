import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tagger.calibration import CalibrationParams, Calibrator, group_tags
from tagger.metrics import tabulate_calibration


@pytest.fixture(scope="module")
def data():
    """Labels drawn with known probabilities, and three distorted scores of them."""
    rng = np.random.default_rng(0)
    margins = rng.normal(-2, 2, (3000, 20)).astype(np.float32)
    p = 1 / (1 + np.exp(-margins))
    Y = csr_matrix(rng.random(p.shape) < p, dtype=np.uint8)
    return Y, {"sharp": 1 / (1 + np.exp(-3 * margins)), "margins": margins * 0.2 + 1, "right": p}


def error(Y, p):
    """Mean distance between what is said and what is so, over bins."""
    table = tabulate_calibration(Y, p)
    return np.average(np.abs(table["probability"] - table["share"]), weights=table["pairs"])


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
@pytest.mark.parametrize("name", ["sharp", "margins", "right"])
def test_probabilities_come_true(data, method, name):
    Y, scores = data
    half = slice(1500), slice(1500, None)
    calibrator = Calibrator().fit(Y[half[0]], scores[name][half[0]], np.ones(20), CalibrationParams(method=method))
    p = calibrator.apply(scores[name][half[1]])
    assert p.dtype == np.float32
    assert (p >= 0).all()
    assert (p <= 1).all()
    assert error(Y[half[1]], p) < 0.02
    if name != "right":
        assert error(Y[half[1]], scores[name][half[1]]) > 0.04


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_the_order_stays_and_it_comes_back_from_json(data, method):
    Y, scores = data
    calibrator = Calibrator().fit(Y, scores["sharp"], np.arange(20), CalibrationParams(method=method, groups=2))
    p = calibrator.apply(scores["sharp"])
    for tag in (0, 19):
        order = np.argsort(scores["sharp"][:, tag])
        assert (np.diff(p[order, tag]) >= 0).all()
    np.testing.assert_array_equal(Calibrator.from_dict(calibrator.as_dict()).apply(scores["sharp"]), p)


def test_groups_have_curves_of_their_own():
    rng = np.random.default_rng(0)
    p = rng.uniform(0.2, 0.8, (4000, 4)).astype(np.float32)
    shown = p.copy()
    shown[:, :2] = p[:, :2] ** 2
    Y = csr_matrix(rng.random(p.shape) < p, dtype=np.uint8)
    trained = np.array([1, 2, 30, 40])
    apart = Calibrator().fit(Y, shown, trained, CalibrationParams(groups=2)).apply(shown)
    together = Calibrator().fit(Y, shown, trained, CalibrationParams()).apply(shown)
    assert np.abs(apart - p).mean() < np.abs(together - p).mean() / 2


@pytest.mark.parametrize("method", ["none", "sigmoid"])
def test_without_labels_or_method_scores_stay(method):
    scores = np.array([[0.1, 0.9]], dtype=np.float32)
    Y = csr_matrix((1, 2), dtype=np.uint8)
    np.testing.assert_array_equal(
        Calibrator().fit(Y, scores, np.ones(2), CalibrationParams(method=method)).apply(scores), scores
    )


def test_tags_are_grouped_by_frequency():
    assert group_tags(np.array([5, 1, 9, 2]), 2).tolist() == [1, 0, 1, 0]
