import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from tagger.calibration import CalibrationParams, Calibrator
from tagger.cleaning import Cleaned, clean_question
from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.errors import DataError, ModelError, ParamsError
from tagger.labels import binarize_tags
from tagger.metrics import measure
from tagger.seal import write_sealed
from tagger.tagger import VERSION, Tagger, find_best
from tagger.thresholds import Rule, ThresholdParams
from tests import trainings
from tests.questions import WORDS, make_questions
from tests.typed import type_questions

TAGS = list(WORDS)


@pytest.fixture(scope="module")
def dataset():
    return Dataset.of(make_questions(200))


def train(dataset, **values):
    return trainings.train(dataset, **values).tagger


def test_it_suggests_on_new_questions(dataset):
    tagger = train(dataset)
    new = make_questions(100, seed=1)
    scores = tagger.scores(new)
    metrics = measure(binarize_tags(new["tags"], TAGS), scores, tagger.rule.choose(scores))
    assert metrics["f1_micro"] > 0.95


def test_validation_questions_are_seen_by_a_refit_alone(dataset):
    marked = dataset.questions.copy()
    marked.loc[150:, "title_tokens"] = "only-in-validation"
    marked = Dataset.of(marked)
    sizes = {refit: len(train(marked, refit=refit).vectorizer.vocabulary_["title"]) for refit in (False, True)}
    assert sizes[True] > sizes[False] - 2
    without = marked.questions[:150]
    fitted = train(Dataset.of(without), held_out=0).vectorizer.vocabulary_["title"]
    np.testing.assert_array_equal(train(marked).vectorizer.vocabulary_["title"], fitted)
    assert train(marked, refit=True).rule == train(marked).rule


def test_without_validation_the_threshold_is_the_fallback(dataset):
    assert train(dataset, held_out=0).rule == Rule(ThresholdParams().fallback)


@pytest.mark.parametrize("model", ["linear", "linearsvc"])
def test_what_is_saved_is_loaded(tmp_path, dataset, model):
    tagger = train(dataset, model=model)
    tagger.save(tmp_path, {"data_sha256": "0"})
    again = Tagger.load(tmp_path)
    assert (again.tags, again.rule, again.settings.clean) == (tagger.tags, tagger.rule, tagger.settings.clean)
    np.testing.assert_array_equal(again.scores(dataset.questions), tagger.scores(dataset.questions))


def test_one_question_scores_as_in_a_batch(dataset):
    tagger = train(dataset)
    whole = tagger.scores(dataset.questions)
    alone = np.vstack([tagger.scores(dataset.questions.iloc[[row]]) for row in range(5)])
    np.testing.assert_array_equal(alone, whole[:5])


def test_a_question_as_it_is_typed_scores_as_a_cleaned_one(dataset):
    tagger = train(dataset)
    body = "<p>How do I <b>join</b> tables?</p><pre><code>template&lt;int&gt;</code></pre>"
    (suggested, first), *_ = tagger.suggest("SQL select from a table", body, top=4)
    assert suggested == "sql"
    assert first == max(probability for _, probability in tagger.suggest("SQL select from a table", body, top=4))


@pytest.mark.parametrize("text", ["", "日本語のテキスト", "<pre><code>x = 1</code></pre>", "word " * 200_000])
def test_any_question_gets_its_probabilities(dataset, text):
    suggested = train(dataset).suggest("", text, top=4)
    assert [0 <= probability <= 1 for _, probability in suggested] == [True] * 4


def clean(typed, tagger):
    cleaned = [clean_question(title, body, tagger.settings.clean) for title, body in typed]
    return pd.DataFrame(cleaned, columns=list(Cleaned._fields))


@pytest.mark.parametrize(
    ("model", "calibration"),
    [
        *(("linear", method) for method in ("sigmoid", "isotonic", "none")),
        *((model, "sigmoid") for model in ("linearsvc", "logreg", "lightgbm", "dummy")),
        pytest.param("cnn", "sigmoid", marks=pytest.mark.slow),
    ],
)
def test_typed_questions_score_as_in_a_batch_to_the_bit(dataset, model, calibration):
    tagger = train(dataset, model=model)
    params = CalibrationParams(method=calibration, groups=2)
    Y = binarize_tags(dataset.questions["tags"], TAGS)
    scores = tagger.score_dataset(dataset)
    tagger.calibrator = Calibrator().fit(Y, scores, np.arange(len(TAGS)), params)
    typed = type_questions(60)
    whole = tagger.scores(clean(typed, tagger))
    alone = np.stack([tagger.score_question(*question) for question in typed])
    if model == "cnn":  # a network's sums of a batch differ in the last bits
        np.testing.assert_allclose(alone, whole, atol=1e-5)
    else:
        assert alone.tobytes() == whole.tobytes()


def test_a_model_that_is_fitted_again_forgets_its_first_words(dataset):
    tagger = train(dataset)
    tagger.score_question("join", "")
    other = make_questions(100, seed=5)
    other["text_tokens"] = [f"new{number % 7} new" for number in range(100)]
    tagger.fit(Dataset.of(other), Engine())
    typed = [("join", "<p>new new1</p>")]
    assert tagger.score_question(*typed[0]).tobytes() == tagger.scores(clean(typed, tagger)).tobytes()


def test_threads_get_what_one_gets(dataset, monkeypatch):
    monkeypatch.setattr("tagger.single.CACHED_WORDS", 50)  # forgets all the time
    tagger = train(dataset)
    typed = type_questions(100, seed=1)
    expected = [tagger.score_question(*question).tobytes() for question in typed]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda question: tagger.score_question(*question).tobytes(), typed * 3))
    assert found == expected * 3


@pytest.mark.parametrize("top", [0, 1, 3, 4, 99])
def test_equal_scores_are_suggested_in_the_order_of_the_tags(top):
    scores = np.array([0.5, 0.25, 0.5, 0.75], np.float32)
    assert find_best(scores, top).tolist() == [3, 0, 2, 1][:top]


def test_a_linear_model_answers_without_heavy_imports(tmp_path, dataset):
    train(dataset).save(tmp_path, {})
    code = (
        "import sys; from pathlib import Path; from tagger.tagger import Tagger;"
        f"tagger = Tagger.load(Path({str(tmp_path)!r})); tagger.suggest('join', '<p>table</p>', 2);"
        "tagger.explain('join', '<p>table</p>', ['sql']); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"numba", "pandas", "pyarrow", "sklearn", "torch", "joblib", "lightgbm"}.intersection(loaded)


def change(folder, **values):
    saved = json.loads((folder / "model.json").read_text())
    kept = {name: value for name, value in saved.items() if name not in {"sha256", "files", "version"}}
    write_sealed(folder, values.pop("version", VERSION), kept | values)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"version": 99}, ModelError, f"holds version 99, this code reads {VERSION}: train it again"),
        ({"model": "brt"}, ParamsError, "model is 'brt'; choose one of"),
    ],
)
def test_a_model_that_is_not_ours_is_refused(tmp_path, dataset, values, error, message):
    train(dataset).save(tmp_path, {})
    change(tmp_path, **values)
    with pytest.raises(error, match=message):
        Tagger.load(tmp_path)


class Malicious:
    """What a pickle can hold: reading it would run this."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('the file ran code')",))


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("name", ["linear.npz", "vectorizer.npz"])
def test_a_malicious_pickle_is_refused_and_not_run(tmp_path, dataset, name, sealed):
    train(dataset).save(tmp_path, {})
    (tmp_path / name).write_bytes(pickle.dumps(Malicious()))
    if sealed:  # by someone who knows how
        change(tmp_path)
    with pytest.raises((DataError, ModelError), match=name):
        Tagger.load(tmp_path)


def test_no_model_at_all(tmp_path):
    with pytest.raises(DataError, match=r"model\.json cannot be read .*dvc repro"):
        Tagger.load(tmp_path)
