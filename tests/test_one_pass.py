import logging

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random

from tagger.blocks import Blocks, write_blocks
from tagger.engine import Engine
from tagger.errors import ModelError
from tagger.models.base import Inputs
from tagger.one_pass import Model, Params, measure_start
from tagger.shared_pass import Settings, Targets, group_tags, learn_tags
from tagger.shared_step import SHARE
from tagger.weights import Weights, prune
from tests.questions import make_questions

ROWS, FEATURES, TAGS = 600, 200, 70
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def data():
    """Labels that a linear model made, of few of the pairs."""
    X = csr_matrix(random(ROWS, FEATURES, density=0.1, random_state=0, dtype=np.float32))
    margins = X @ RNG.normal(0, 3, (FEATURES, TAGS)) - 7
    return X, csr_matrix(RNG.random(margins.shape) < 1 / (1 + np.exp(-margins)), dtype=np.uint8)


def settings(**values):
    defaults = {"hinge": True, "epochs": 3, "rate": 0.5, "start": 0.01, "prune": 0, "bytes": 1 << 30, "seed": 0}
    return Settings(**(defaults | values))


def targets(Y, weight=None):
    return Targets(Y, np.ones(ROWS, np.float32) if weight is None else weight, np.ones(TAGS, np.float32))


def learn(X, Y, engine=None, weight=None, **values):
    bias = np.full(TAGS, -2, np.float32)
    blocks = X if isinstance(X, Blocks) else Blocks.of(X, rows=100)
    return learn_tags(blocks, targets(Y, weight), bias, settings(**values), engine or Engine())


def reference(X, Y, hinge):
    """The same steps, written plainly in numpy, for the block of the most frequent tags."""
    tags = np.argsort(-Y.toarray().sum(axis=0), kind="stable")[:SHARE]
    W, b = np.zeros((FEATURES, SHARE)), np.full(SHARE, -2.0)
    squares, bias_squares = np.full(FEATURES, 0.01), np.ones(SHARE)
    dense, labels, mix = X.toarray(), Y.toarray()[:, tags].astype(int), np.random.default_rng(0)
    for rate in (0.5, 0.275, 0.05):
        for block in mix.permutation(ROWS // 100):
            for row in block * 100 + mix.permutation(100):
                x, y = dense[row], labels[row]
                z = x @ W + b
                sign = 2 * y - 1
                g = -sign * np.maximum(0, 1 - sign * z) if hinge else 1 / (1 + np.exp(-z)) - y
                bias_squares += g * g
                b -= rate * 0.1 * g / np.sqrt(bias_squares)
                squares += x * x * (g @ g)
                W -= (rate * x / np.sqrt(squares))[:, None] * g
    return tags, W, b


@pytest.mark.parametrize("hinge", [True, False])
def test_the_steps_are_those_of_the_formula(data, hinge):
    X, Y = data
    weights, _ = learn(X, Y, hinge=hinge)
    tags, W, b = reference(X, Y, hinge)
    np.testing.assert_allclose(weights.coef.toarray()[:, tags], W, rtol=0.01, atol=0.005)
    np.testing.assert_allclose(weights.intercept[tags], b, rtol=0.001)


@pytest.mark.parametrize("values", [{"bytes": 1}, {"bytes": 4 * SHARE * FEATURES}])
def test_neither_memory_nor_threads_nor_disk_change_a_bit(tmp_path, data, values):
    X, Y = data
    once, error = learn(X, Y)
    streamed = write_blocks([X[:250], X[250:]], FEATURES, tmp_path, rows=100)
    again, same = learn(streamed, Y, Engine(2), **values)
    np.testing.assert_array_equal(once.coef.toarray(), again.coef.toarray())
    np.testing.assert_array_equal(once.intercept, again.intercept)
    assert error == pytest.approx(same)


def test_tags_are_learned_in_groups_that_fit():
    share = 4 * 64 * 10
    assert group_tags(130, 10, 1, jobs=2) == [[(0, 64)], [(64, 128)], [(128, 130)]]
    assert group_tags(130, 10, 2 * share, jobs=2) == [[(0, 64), (64, 128)], [(128, 130)]]
    assert group_tags(130, 10, 9 * share, jobs=2) == [[(0, 128), (128, 130)]]
    assert group_tags(600, 10, 9 * share, jobs=2) == [[(0, 256), (256, 512)], [(512, 600)]]


def test_a_row_of_weight_zero_teaches_nothing(data):
    X, Y = data
    weight = (np.arange(ROWS) < 300).astype(np.float32)
    flipped = Y.toarray()
    flipped[300:] = 1 - flipped[300:]
    one, other = learn(X, Y, weight=weight)[0], learn(X, csr_matrix(flipped), weight=weight)[0]
    np.testing.assert_array_equal(one.coef.toarray(), other.coef.toarray())


def make_inputs(X):
    return Inputs.of(make_questions(X.shape[0]), X)


VALUES = {"epochs": 2, "initial_accumulator": 0.1}


def test_a_rate_that_is_too_high_is_lowered_and_told(data, caplog):
    X, Y = data
    with caplog.at_level(logging.WARNING):
        model = Model(Params(learning_rate=400, **VALUES)).fit(make_inputs(X), Y, Engine())
    assert "learning rate 400 diverges" in caplog.text
    assert np.isfinite(model.scores(make_inputs(X))).all()
    with pytest.raises(ModelError, match=r"models\.linear\.learning_rate 1e\+10 diverges, and so does .*: lower it"):
        Model(Params(learning_rate=1e10, **VALUES)).fit(make_inputs(X), Y, Engine())


@pytest.mark.parametrize("hinge", [True, False])
def test_what_the_start_costs(data, hinge):
    Y = data[1].toarray().astype(int)
    share, bias = Y.mean(axis=0), np.full(TAGS, -0.5)
    sign = 2 * Y - 1
    gradient = np.maximum(0, 1 - sign * bias) if hinge else Y - share
    assert measure_start(targets(data[1]), share, bias, hinge) == pytest.approx((gradient**2).sum(axis=1).mean())


@pytest.mark.parametrize("loss", ["squared_hinge", "logistic"])
def test_balanced_weights_find_more_of_rare_tags(data, loss):
    X, Y = data
    found = {}
    for weight in (None, "balanced"):
        params = Params(loss=loss, learning_rate=0.5, class_weight=weight, **VALUES)
        model = Model(params).fit(make_inputs(X), Y, Engine())
        found[weight] = ((model.scores(make_inputs(X)) >= 0.5) & (Y.toarray() > 0)).sum()
    assert found["balanced"] > 1.15 * found[None]


@pytest.mark.parametrize("least", [0, 0.1, 99])
def test_weights_survive_being_saved_and_are_pruned(data, least):
    dense = RNG.normal(0, 0.2, (FEATURES, TAGS)).astype(np.float32)
    weights = Weights.pruned([(prune(dense, least), np.ones(TAGS, np.float32))])
    again = Weights.from_arrays(weights.as_arrays())
    assert (np.abs(weights.coef.data) >= least * 0.999).all()
    np.testing.assert_array_equal(again.score(data[0]), weights.score(data[0]))
    expected = data[0] @ np.where(np.abs(dense) >= least, dense, 0) + 1
    np.testing.assert_allclose(weights.score(data[0]), expected, atol=0.02)


def test_a_row_scores_alone_as_among_others(data):
    weights = learn(*data)[0]
    alone = np.vstack([weights.score(data[0][row]) for row in range(5)])
    np.testing.assert_array_equal(alone, weights.score(data[0])[:5])
