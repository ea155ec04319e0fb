"""What is special to boosted trees and the forest: rounds, weights, classes, files that somebody changed."""

import lightgbm
import numpy as np
import pytest
import xgboost
from scipy.sparse import csr_matrix

from tagger.boosting import FILE, Sample, find_round, weigh_classes
from tagger.engine import Engine
from tagger.errors import DataError
from tagger.io import read_arrays, write_arrays
from tagger.models import lightgbm as lightgbm_model
from tagger.models import xgboost as xgboost_model
from tagger.models.base import Examples, Inputs
from tagger.params import choose_module, parse_section
from tests.params import PARAMS
from tests.questions import make_questions

BOOSTED = ("lightgbm", "xgboost")


def make(name, **values):
    module = choose_module("tagger.models", name, "model")
    return module.Model(parse_section(module.Params, PARAMS["models"][name] | values, f"models.{name}"), seed=0)


def make_inputs(X, weight=1.0):
    return Inputs.of(make_questions(X.shape[0]).assign(weight=weight), csr_matrix(X.astype(np.float32)))


@pytest.fixture(scope="module")
def noisy():
    """Two tags told by a column each, with so much noise that many rounds learn the noise."""
    rng = np.random.default_rng(0)
    X = rng.random((400, 12)) * (rng.random((400, 12)) < 0.5)
    Y = (X[:, :2] > 0.3) ^ (rng.random((400, 2)) < 0.2)
    return X, csr_matrix(Y.astype(int))


def split(noisy):
    X, Y = noisy
    return make_inputs(X[:200]), Y[:200], Examples(make_inputs(X[200:]), Y[200:])


@pytest.mark.parametrize("name", BOOSTED)
def test_validation_stops_early_and_a_second_fit_takes_the_same_rounds(noisy, name):
    inputs, Y, validation = split(noisy)
    model = make(name, patience=5, learning_rate=0.3).fit(inputs, Y, Engine(), validation)
    settled = model.settled()
    assert 1 <= settled.rounds < 50
    assert settled.patience is None
    again = type(model)(settled, seed=0).fit(inputs, Y, Engine())
    np.testing.assert_allclose(again.scores(inputs), model.scores(inputs), rtol=1e-6)
    assert again.settled() == settled


@pytest.mark.parametrize("name", BOOSTED)
@pytest.mark.parametrize(("patience", "held_out"), [(None, True), (5, False)])
def test_without_patience_or_validation_all_rounds_are_grown(noisy, name, patience, held_out):
    inputs, Y, validation = split(noisy)
    model = make(name, patience=patience, rounds=30).fit(inputs, Y, Engine(), validation if held_out else None)
    assert model.settled().rounds == 30


@pytest.mark.parametrize("name", BOOSTED)
def test_early_stopping_is_the_same_in_two_processes(tmp_path, noisy, name):
    inputs, Y, validation = split(noisy)
    for jobs in (1, 2):
        make(name, patience=5).fit(inputs, Y, Engine(jobs), validation).save(tmp_path / str(jobs))
    assert (tmp_path / "1" / FILE).read_bytes() == (tmp_path / "2" / FILE).read_bytes()


@pytest.mark.parametrize(
    ("losses", "patience", "rounds"),
    [([3, 2, 1], 1, 3), ([3, 1, 2, 0.5], 1, 2), ([3, 1, 2, 0.5], 2, 4), ([1, 1, 1], 5, 1)],
)
def test_the_best_round_before_patience_ends(losses, patience, rounds):
    assert find_round(np.array(losses), patience) == rounds


@pytest.mark.parametrize("name", BOOSTED)
def test_a_question_of_weight_zero_teaches_nothing(noisy, name):
    X, Y = noisy
    half = np.arange(400) < 200
    inputs = make_inputs(X)
    scores = make(name, components=3).fit(make_inputs(X, half.astype(float)), Y, Engine()).scores(inputs)
    only = make(name, components=3).fit(make_inputs(X[half]), Y[half], Engine()).scores(inputs)
    np.testing.assert_allclose(scores, only, rtol=1e-6)


@pytest.mark.parametrize("name", BOOSTED)
def test_a_heavy_question_counts_for_more(name):
    X = np.ones((100, 1))
    X[:50] = 0
    y = np.zeros((100, 1), dtype=int)
    y[:5], y[50:90] = 1, 1
    light = make(name).fit(make_inputs(X), csr_matrix(y), Engine()).scores(make_inputs(X))
    weight = np.where((y[:, 0] == 1) & (X[:, 0] == 0), 9.0, 1.0)
    heavy = make(name).fit(make_inputs(X, weight), csr_matrix(y), Engine()).scores(make_inputs(X))
    assert heavy[0, 0] > light[0, 0] + 0.2


@pytest.mark.parametrize("name", BOOSTED)
@pytest.mark.parametrize("values", [{"components": 3}, {"components": 3, "columns": 1}, {"components": 50}])
def test_components_beside_the_columns(noisy, name, values):
    X, Y = noisy
    model = make(name, **values).fit(make_inputs(X), Y, Engine())
    assert len(model.components_) == min(values["components"], 11)
    assert (model.scores(make_inputs(X)) > 0.5).astype(int)[Y.toarray() == 1].mean() > 0.7


@pytest.mark.parametrize("name", BOOSTED)
@pytest.mark.parametrize("share", [0.5, 0.02])
def test_the_trees_are_those_of_the_library(name, share):
    rng = np.random.default_rng(0)
    X = (rng.integers(0, 5, (300, 6)) / 3).astype(np.float32)
    y = (X[:, 0] + X[:, 1] + rng.random(300) > np.sort(X[:, 0] + X[:, 1])[int(300 * (1 - share))]).astype(np.float32)
    model = make(name, rounds=20)
    trees, _ = model.boost(model.params, 0, Sample(X, y, np.ones(300, dtype=np.float32)), None)
    expected = predict_with_library(name, model.params, X, y)
    np.testing.assert_allclose(1 / (1 + np.exp(-trees.add_up(X))), expected, atol=1e-6)
    assert len(trees.roots) == 20


def predict_with_library(name, params, X, y):
    if name == "lightgbm":
        settings = lightgbm_model.make_settings(params, 0)
        return lightgbm.train(settings, lightgbm.Dataset(X, y), params.rounds).predict(X)
    settings = xgboost_model.make_settings(params, 0)
    return xgboost.train(settings, xgboost.QuantileDMatrix(X, y), params.rounds).inplace_predict(X)


@pytest.mark.parametrize("name", BOOSTED)
def test_no_questions_have_no_scores(noisy, name):
    X, Y = noisy
    model = make(name).fit(make_inputs(X), Y, Engine())
    assert model.scores(make_inputs(X[:0])).shape == (0, 2)


def drop(arrays, name):
    return {key: value for key, value in arrays.items() if key != name}


def change(name, how):
    """A file in which one array is another."""
    return lambda arrays: arrays | {name: how(arrays[name])}


TAMPERED = [
    lambda arrays: drop(arrays, "columns"),
    lambda arrays: drop(arrays, "trees.roots"),
    change("trees.left", np.zeros_like),
    change("trees.right", lambda right: right + 1000),
    change("trees.left", lambda left: left.astype(float)),
    change("trees.feature", lambda feature: feature + 1000),
    change("trees.feature", lambda feature: feature - 1000),
    change("trees.roots", lambda roots: roots + 1000),
    change("trees.value", lambda value: value[1:]),
    change("trees.sizes", lambda sizes: sizes + 1),
    change("trees.sizes", lambda sizes: sizes[:1]),
    change("trees.sizes", lambda sizes: sizes.ravel()[1:]),
    change("columns", lambda columns: columns + 1000),
    change("widths", lambda widths: widths + 1),
    change("widths", lambda widths: widths.astype(str)),
    change("constant", lambda constant: constant[:1]),
    change("components", np.ravel),
]


@pytest.mark.parametrize("name", BOOSTED)
@pytest.mark.parametrize("tamper", TAMPERED)
def test_a_tampered_file_is_refused_in_one_line(tmp_path, noisy, name, tamper):
    X, Y = noisy
    make(name, rounds=5).fit(make_inputs(X), Y, Engine()).save(tmp_path)
    write_arrays(tmp_path / FILE, tamper(read_arrays(tmp_path / FILE)))
    with pytest.raises(DataError) as refused:
        make(name).load(tmp_path)
    assert "\n" not in str(refused.value)
    assert FILE in str(refused.value)


def test_the_forest_sees_the_columns_that_tell(noisy):
    X, Y = noisy
    without = make("random_forest", components=2, columns=0, trees=10).fit(make_inputs(X), Y, Engine())
    with_columns = make("random_forest", components=2, columns=2, trees=10).fit(make_inputs(X), Y, Engine())
    assert with_columns.columns_.tolist() == [0, 1]
    assert measure_recall(with_columns, X, Y) > measure_recall(without, X, Y)


def measure_recall(model, X, Y):
    """The share of labels, of all tags, whose score reaches one half."""
    return (model.scores(make_inputs(X)) >= 0.5)[Y.toarray() == 1].mean()


@pytest.mark.parametrize(("class_weight", "expected"), [(None, [1, 1]), ("balanced", [4 / (2 * 3), 4 / (2 * 1)])])
def test_balanced_classes_weigh_the_same(class_weight, expected):
    y, weight = np.array([0, 1, 0, 0]), np.ones(4)
    np.testing.assert_allclose(weigh_classes(y, weight, class_weight), expected)


@pytest.fixture(scope="module")
def imbalanced():
    """Training and test questions with a tag that 4% have; half of what tells it others have as well."""
    rng = np.random.default_rng(0)
    y = rng.random(3000) < 0.04
    X = rng.random((3000, 3)) / 10
    X[:, 0] = np.where(rng.random(3000) < np.where(y, 0.8, 0.1), 1, 0)
    return X, csr_matrix(np.column_stack([y, ~y]).astype(int))


@pytest.mark.parametrize("name", ["linearsvc", "logreg", *BOOSTED])
def test_balanced_weights_raise_the_recall_of_a_rare_tag(imbalanced, name):
    X, Y = imbalanced
    recall, enough = {}, {"max_iter": 5000} if name == "logreg" else {}
    for class_weight in (None, "balanced"):
        model = make(name, class_weight=class_weight, **enough).fit(make_inputs(X[:2000]), Y[:2000], Engine())
        suggested = model.scores(make_inputs(X[2000:]))[:, 0] >= 0.5
        recall[class_weight] = suggested[Y[2000:, 0].toarray().ravel() == 1].mean()
    assert recall[None] < 0.3
    assert recall["balanced"] > recall[None] + 0.3
