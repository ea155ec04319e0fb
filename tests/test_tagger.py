import json

import numpy as np
import pytest

from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.errors import DataError, ModelError, ParamsError
from tagger.features import count_spaces
from tagger.labels import binarize_tags
from tagger.metrics import measure
from tagger.params import parse_section
from tagger.tagger import Settings, Tagger
from tagger.thresholds import ThresholdParams
from tagger.training import train_tagger
from tagger.vectorizer import FeatureParams
from tests.params import PARAMS
from tests.questions import WORDS, make_questions

TAGS = list(WORDS)
FEATURES = parse_section(FeatureParams, PARAMS["features"], "features")
SETTINGS = Settings("logreg", PARAMS["models"]["logreg"], FEATURES, 0)


@pytest.fixture(scope="module")
def dataset():
    questions = make_questions(200)
    return Dataset(questions, count_spaces(questions))


def train(dataset, held_out=50, refit=False):
    validation = np.arange(len(dataset.questions)) >= len(dataset.questions) - held_out
    return train_tagger(SETTINGS, TAGS, dataset, validation, refit, ThresholdParams(), Engine())


def test_it_suggests_on_new_questions(dataset):
    tagger = train(dataset)
    new = make_questions(100, seed=1)
    metrics = measure(binarize_tags(new["tags"], TAGS), tagger.scores(new), tagger.threshold)
    assert metrics["f1_micro"] > 0.95


def test_validation_questions_are_seen_by_a_refit_alone(dataset):
    marked = dataset.questions.copy()
    marked.loc[150:, "title_tokens"] = "only-in-validation"
    marked = Dataset(marked, count_spaces(marked))
    seen = {refit: train(marked, refit=refit).vectorizer.vocabulary_["title"].tolist() for refit in (False, True)}
    assert "only-in-validation" not in seen[False]
    assert "only-in-validation" in seen[True]
    assert train(marked, refit=True).threshold == train(marked).threshold


def test_without_validation_the_threshold_is_the_fallback(dataset):
    assert train(dataset, held_out=0).threshold == ThresholdParams().fallback


def test_what_is_saved_is_loaded(tmp_path, dataset):
    tagger = train(dataset)
    tagger.save(tmp_path, {"data_sha256": "0"})
    again = Tagger.load(tmp_path)
    assert (again.tags, again.threshold) == (tagger.tags, tagger.threshold)
    np.testing.assert_array_equal(again.scores(dataset.questions), tagger.scores(dataset.questions, dataset.counts))


def test_one_question_scores_as_in_a_batch(dataset):
    tagger = train(dataset)
    whole = tagger.scores(dataset.questions)
    alone = np.vstack([tagger.scores(dataset.questions.iloc[[row]]) for row in range(5)])
    np.testing.assert_array_equal(alone, whole[:5])


def change(folder, **values):
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"version": 99}, ModelError, "holds version 99, this code reads 1: train it again"),
        ({"model": "brt"}, ParamsError, "model is 'brt'; choose one of"),
    ],
)
def test_a_model_that_is_not_ours_is_refused(tmp_path, dataset, values, error, message):
    train(dataset).save(tmp_path, {})
    change(tmp_path, **values)
    with pytest.raises(error, match=message):
        Tagger.load(tmp_path)


def test_no_model_at_all(tmp_path):
    with pytest.raises(DataError, match=r"model\.json cannot be read .*dvc repro"):
        Tagger.load(tmp_path)
