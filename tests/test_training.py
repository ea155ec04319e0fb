"""A training as each kind of strategy has it, on questions in memory."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tagger.calibration import CalibrationParams
from tagger.cost import Meter
from tagger.dataset import Dataset
from tagger.errors import CostError, ParamsError
from tagger.folds import Fold
from tagger.labels import binarize_tags
from tagger.plans import Plan
from tagger.prepared import prepare_fold
from tagger.schemes import deal_folds
from tagger.splits import SplitParams
from tagger.strategies import StrategyParams
from tagger.tagger import Settings
from tagger.text import CleanParams
from tagger.thresholds import Rule, ThresholdParams
from tagger.validating import Choosing, Scored, gather, judge_folds, measure_all, pack_judged, summarize, unpack_judged
from tests.params import PARAMS
from tests.questions import make_questions
from tests.trainings import FEATURES, SPACE, TAGS, make_final, make_search, train

COUNT = 160


@pytest.fixture(scope="module")
def questions():
    return make_questions(COUNT)


@pytest.fixture(scope="module")
def dataset(questions):
    return Dataset.of(questions)


def deal(questions, scheme, count=COUNT):
    strategy = StrategyParams(scheme=scheme, level="limited", folds=4, draws=4)
    split = SplitParams(validation=0, test=1, followed=0)
    return deal_folds(questions[:count].assign(group=np.arange(count)), strategy, split)


@pytest.mark.parametrize("scheme", ["kfold", "stratified_kfold", "nested_cv", "bootstrap"])
def test_folds_give_an_estimate_with_its_spread_and_what_the_final_model_chooses_by(questions, dataset, scheme):
    trained = train(dataset, held_out=0, scheme=scheme, folds=deal(questions, scheme))
    summary = summarize(trained.judged)
    assert summary["cv_folds"] == 4
    assert summary["cv_f1_micro"] > 0.9
    assert summary["cv_f1_micro_std"] >= 0
    assert [fold["questions"] for fold in summary["folds"]] == [len(part.rows) for part in trained.judged]
    assert trained.tagger.rule != Rule(ThresholdParams().fallback)


def test_a_fold_learns_its_vocabulary_from_its_training_questions_alone(questions, tmp_path):
    marked = questions.copy()
    marked.loc[100:, "title_tokens"] = "only-in-validation"
    dataset = Dataset.of(marked)
    settings = Settings("linear", PARAMS["models"]["linear"], FEATURES, CleanParams(), 0)
    fold = Fold(np.arange(100), np.arange(100, COUNT))
    prepared = prepare_fold(settings, TAGS, dataset, (tmp_path / "a", fold))
    without = prepare_fold(settings, TAGS, Dataset.of(questions), (tmp_path / "b", fold))
    np.testing.assert_array_equal(prepared.train.inputs.X.toarray(), without.train.inputs.X.toarray())
    assert prepared.validation.inputs.X.shape[1] == prepared.train.inputs.X.shape[1]


def test_validation_questions_calibrate_where_there_are_folds_too(questions, dataset):
    folds = deal(questions, "train_val_test_cv", count=110)
    with_folds = train(dataset, scheme="train_val_test_cv", folds=folds, refit=True)
    without = train(dataset, refit=True).tagger
    assert summarize(with_folds.judged)["cv_folds"] == 4
    assert with_folds.tagger.rule == without.rule
    np.testing.assert_array_equal(with_folds.tagger.scores(questions), without.scores(questions))


def test_leave_one_out_is_judged_in_groups(questions):
    few = Dataset.of(questions[:50])
    trained = train(few, held_out=0, model="dummy", scheme="leave_one_out", folds=deal(questions, "leave_one_out", 50))
    assert summarize(trained.judged)["cv_folds"] == 3
    assert sorted(np.concatenate([part.rows for part in trained.judged])) == list(range(50))


def make_parts(questions, count=4):
    """Scores that tell the truth with some noise."""
    random = np.random.default_rng(0)
    Y = binarize_tags(questions["tags"], TAGS)
    scores = (Y.toarray() + random.normal(0, 0.4, Y.shape)).astype(np.float32)
    return [Scored(rows, Y[rows], scores[rows]) for rows in np.array_split(np.arange(COUNT), count)]


def make_choosing():
    return Choosing(CalibrationParams(), ThresholdParams(), np.full(len(TAGS), 40))


def test_no_fold_is_judged_by_its_own_labels(questions):
    parts = make_parts(questions)
    flipped = parts.copy()
    flipped[1] = Scored(parts[1].rows, csr_matrix(1 - parts[1].Y.toarray()), parts[1].scores)
    one, other = judge_folds(parts, make_choosing(), False)[1], judge_folds(flipped, make_choosing(), False)[1]
    np.testing.assert_array_equal(one.probabilities, other.probabilities)
    np.testing.assert_array_equal(one.suggested.toarray(), other.suggested.toarray())


def test_folds_in_time_are_judged_by_earlier_ones_alone(questions):
    parts = make_parts(questions)
    later = [*parts[:3], Scored(parts[3].rows, parts[3].Y, -parts[3].scores)]
    one, other = judge_folds(parts, make_choosing(), True), judge_folds(later, make_choosing(), True)
    assert [part.fold for part in one] == [1, 2, 3]
    for number in (0, 1):
        np.testing.assert_array_equal(one[number].probabilities, other[number].probabilities)


def test_small_folds_are_put_together(questions):
    parts = gather(make_parts(questions, count=40), 20)
    assert {len(part.rows) for part in parts} == {20}
    assert gather([], 20) == []


def test_what_the_folds_say_survives_being_saved(questions):
    judged = judge_folds(make_parts(questions), make_choosing(), False)
    ids = questions["question_id"].to_numpy()
    found, probabilities, suggested = unpack_judged(pack_judged(judged, ids))
    np.testing.assert_array_equal(found, ids)
    np.testing.assert_allclose(probabilities, np.concatenate([part.probabilities for part in judged]), atol=1e-3)
    assert suggested.sum() == sum(part.suggested.sum() for part in judged)
    assert measure_all(judged)["f1_micro"] == summarize(judged)["cv_f1_micro"]
    assert unpack_judged(pack_judged([], ids))[1].shape == (0, 0)


@pytest.mark.parametrize("method", ["grid", "random", "halving", "optuna"])
def test_a_search_takes_the_best_of_its_trials(dataset, method):
    trained = train(dataset, search=make_search(method))
    complete = [trial for trial in trained.trials if trial.state == "complete"]
    assert trained.trials[0].params == {}
    assert set(trained.trials[1].params) == set(SPACE)
    best = max(complete, key=lambda trial: trial.score)
    settled = trained.tagger.settings.model_params
    assert all(settled[name] == value for name, value in best.params.items())


def test_a_search_that_has_nothing_to_compare_on_is_refused(dataset):
    with pytest.raises(ParamsError, match=r"search\.method is grid and the scheme train_test leaves no question"):
        train(dataset, held_out=0, scheme="train_test", search=make_search("grid"))


def test_nested_folds_search_within_their_training_questions(questions, dataset):
    trained = train(
        dataset,
        held_out=0,
        scheme="nested_cv",
        folds=deal(questions, "nested_cv"),
        search=make_search("random", trials=2),
    )
    assert summarize(trained.judged)["cv_folds"] == 4
    assert len(trained.trials) == 3


def test_the_fits_are_counted(questions):
    strategy = StrategyParams(scheme="nested_cv", level="limited")
    nested = Plan(make_final(COUNT, 0), deal(questions, "nested_cv"), strategy, make_search("random"))
    # 5 trials on 4 folds, as many on the 3 inner folds of each, the 4 folds by the best, the final one
    assert nested.count_fits(True) == 5 * 4 + 5 * 12 + 4 + 1
    plain = Plan(make_final(COUNT, 50), [], strategy, make_search())
    assert (plain.count_fits(True), plain.count_fits(False)) == (2, 1)


def test_a_search_that_takes_too_long_is_refused_after_its_first_trial(dataset, monkeypatch):
    def refuse(self, left, basis):
        raise CostError(basis)

    monkeypatch.setattr(Meter, "expect", refuse)
    with pytest.raises(CostError, match="1 of 5 trials"):
        train(dataset, search=make_search("random"))
