"""Every model behind the interface: it learns, is the same twice, and comes back from disk."""

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from tagger.engine import Engine
from tagger.features import number_spaces
from tagger.labels import binarize_tags
from tagger.models.base import Inputs
from tagger.params import choose_module, list_choices, parse_section
from tagger.vectorizer import FeatureParams, Vectorizer
from tests.params import PARAMS
from tests.questions import WORDS, make_questions

MODELS = list_choices("tagger.models")
TAGS = list(WORDS)


@pytest.fixture(scope="module")
def data():
    questions = make_questions(300)
    vectorizer = Vectorizer(parse_section(FeatureParams, PARAMS["features"], "features"), TAGS)
    spaces = number_spaces(questions)
    X = vectorizer.fit(lambda: [spaces]).transform(spaces)
    return Inputs.of(questions, X), binarize_tags(questions["tags"], TAGS)


def make(name, **values):
    module = choose_module("tagger.models", name, "model")
    return module.Model(
        parse_section(module.Params, PARAMS["models"][name] | values, f"models.{name}"), seed=0, tags=TAGS
    )


@pytest.mark.parametrize("name", MODELS)
def test_a_model_learns_and_comes_back_from_disk(tmp_path, data, name):
    inputs, Y = data
    scores = make(name).fit(inputs, Y, Engine()).scores(inputs)
    assert scores.shape == Y.shape
    best = Y[np.arange(Y.shape[0]), scores.argmax(axis=1)].mean()
    assert best > (0.3 if name == "dummy" else 0.95)
    model = make(name).fit(inputs, Y, Engine())
    model.save(tmp_path)
    loaded = make(name).load(tmp_path)
    np.testing.assert_array_equal(loaded.scores(inputs), scores)
    none = Inputs.of(inputs.questions[:0], inputs.X[:0])
    assert loaded.scores(none).shape == (0, len(TAGS))


@pytest.mark.parametrize("name", MODELS)
def test_files_do_not_depend_on_the_number_of_processes(tmp_path, data, name):
    for jobs in (1, 2):
        make(name).fit(*data, Engine(jobs)).save(tmp_path / str(jobs))
    files = [path for path in (tmp_path / "1").rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert path.read_bytes() == (tmp_path / "2" / path.relative_to(tmp_path / "1")).read_bytes()


@pytest.mark.parametrize("name", MODELS)
def test_a_tag_that_all_questions_have_or_none(data, name):
    inputs, Y = data
    constant = Y.copy().tolil()
    constant[:, 0], constant[:, 1] = 1, 0
    scores = make(name).fit(inputs, constant.tocsr(), Engine()).scores(inputs)
    assert (scores[:, 0] > scores[:, 1]).all()


def test_logreg_is_scikit_learns_one_vs_rest(data):
    inputs, Y = data
    expected = OneVsRestClassifier(LogisticRegression(C=10, solver="liblinear", dual=True, random_state=0))
    expected.fit(inputs.X.astype(np.float64), Y.toarray())
    scores = make("logreg", tol=1e-4, prune=0).fit(inputs, Y, Engine()).scores(inputs)
    np.testing.assert_allclose(scores, expected.predict_proba(inputs.X), atol=1e-3)


def test_dummy_is_scikit_learns(data):
    inputs, Y = data
    expected = DummyClassifier(strategy="prior").fit(inputs.X, Y.toarray()).predict_proba(inputs.X)
    scores = make("dummy").fit(inputs, Y, Engine()).scores(inputs)
    np.testing.assert_allclose(scores[0], [column[0, 1] for column in expected], atol=1e-6)


def test_a_question_of_weight_zero_teaches_nothing(data):
    inputs, Y = data
    half = np.arange(Y.shape[0]) < 150
    weighted = Inputs.of(inputs.questions.assign(weight=half.astype(float)), inputs.X)
    only = Inputs.of(inputs.questions[half], inputs.X[half])
    scores = make("dummy").fit(weighted, Y, Engine()).scores(inputs)
    np.testing.assert_allclose(scores, make("dummy").fit(only, Y[half], Engine()).scores(inputs), atol=1e-6)


def test_pruning_drops_small_coefficients(data):
    inputs, Y = data
    model = make("logreg", prune=0.5).fit(inputs, Y, Engine())
    assert 0 < np.abs(model.weights_.coef.data).min() >= 0.499
    assert model.weights_.coef.nnz < make("logreg").fit(inputs, Y, Engine()).weights_.coef.nnz
