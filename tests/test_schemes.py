"""What holds for the folds of every strategy, whatever the questions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.folds import Fold, Limits, check_folds, read_folds, tabulate_folds
from tagger.months import month_range
from tagger.schemes import SCHEMES, deal_folds
from tagger.splits import SplitParams
from tagger.strategies import ROOMS, StrategyParams

MONTHS = np.array(list(month_range("2020-01", "2021-12")))
TAGS = ["a", "b", "c", "d"]
ONCE = ("kfold", "kfold_full", "kfold_holdout", "train_val_test_cv", "train_test_mini_cv", "nested_cv", "leave_one_out")
FOLDED = sorted(set(SCHEMES) - {"train_test", "train_val_test"})


def make_questions(count, months, seed):
    """Questions in the order of their ids, which is not that of time; some are near-duplicates."""
    random = np.random.default_rng(seed)
    month = np.sort(random.integers(0, months, count))
    month[:months] = np.arange(months)
    random.shuffle(month)
    return pd.DataFrame(
        {
            "question_id": np.arange(count) * 3 + 7,
            "created": pd.to_datetime([f"{MONTHS[number]}-15" for number in month], utc=True),
            "month": MONTHS[month],
            "tags": [sorted(set(random.choice(TAGS, 2, p=[0.6, 0.25, 0.1, 0.05]))) for _ in range(count)],
            "group": np.where(random.random(count) < 0.8, np.arange(count), 0),
        }
    )


def split(**values):
    return SplitParams(validation=1, test=1, followed=0, **values)


def strategy(scheme, **values):
    return StrategyParams(scheme=scheme, level="limited", **{"folds": 4, "draws": 3} | values)


cases = st.tuples(
    st.sampled_from(FOLDED),
    st.sampled_from(["random", "duplicates", "time"]),
    st.integers(40, 90),
    st.integers(6, 12),
    st.integers(0, 5),
)


def deal(scheme, fold_by, count, months, seed):
    questions = make_questions(count, months, seed)
    by = "random" if scheme == "stratified_kfold" else fold_by
    return questions, deal_folds(questions, strategy(scheme), split(fold_by=by, seed=seed))


def flatten(folds):
    return [part for fold in folds for part in (fold, *fold.inner)]


@settings(deadline=None, max_examples=150)
@given(cases)
def test_no_question_has_two_roles_in_a_fold(case):
    _, folds = deal(*case)
    assert folds
    for fold in flatten(folds):
        assert not set(fold.train) & set(fold.validation)
        assert len(fold.train)
        assert len(fold.validation)


@settings(deadline=None, max_examples=100)
@given(cases)
def test_k_folds_score_every_question_once(case):
    if case[0] not in (*ONCE, "stratified_kfold"):
        return
    questions, folds = deal(*case)
    assert sorted(np.concatenate([fold.validation for fold in folds])) == list(range(len(questions)))
    for fold in folds:
        assert len(fold.train) + len(fold.validation) == len(questions)


@settings(deadline=None, max_examples=60)
@given(cases)
def test_inner_folds_lie_within_the_training_questions_of_theirs(case):
    _, folds = deal("nested_cv", *case[1:])
    for fold in folds:
        assert len(fold.inner) == 3
        scored = np.concatenate([inner.validation for inner in fold.inner])
        assert sorted(scored) == sorted(fold.train)
        assert all(set(inner.train) <= set(fold.train) for inner in fold.inner)


@settings(deadline=None, max_examples=60)
@given(st.integers(40, 90), st.integers(8, 14), st.integers(0, 3), st.integers(0, 5))
def test_time_series_learns_from_no_month_of_or_after_the_one_it_scores(count, months, gap, seed):
    questions = make_questions(count, months, seed)
    folds = deal_folds(questions, strategy("time_series", gap=gap), split())
    order = {month: number for number, month in enumerate(sorted(questions["month"].unique()))}
    number = questions["month"].map(order).to_numpy()
    for fold in folds:
        assert len(set(number[fold.validation])) == 1
        assert number[fold.train].max() + gap < number[fold.validation].min()
    assert number[folds[-1].validation].max() == max(order.values())


@settings(deadline=None, max_examples=60)
@given(cases)
def test_near_duplicates_are_not_on_both_sides(case):
    questions, folds = deal(case[0], "duplicates", *case[2:])
    if case[0] in ("time_series", "stratified_kfold", "leave_one_out"):
        return
    group = questions["group"].to_numpy()
    for fold in flatten(folds):
        assert not set(group[fold.train]) & set(group[fold.validation])


@settings(deadline=None, max_examples=30)
@given(st.integers(200, 400), st.integers(0, 5))
def test_stratification_keeps_the_share_of_every_tag(count, seed):
    questions = make_questions(count, 6, seed)
    has = {tag: questions["tags"].map(lambda tags, tag=tag: tag in tags).to_numpy() for tag in TAGS}
    for fold in deal_folds(questions, strategy("stratified_kfold"), split(seed=seed)):
        for found in has.values():
            expected = found.mean() * len(fold.validation)
            assert abs(found[fold.validation].sum() - expected) <= 2 + 0.1 * expected


def test_a_bootstrap_draws_as_many_as_there_are_and_scores_those_it_did_not_draw():
    questions = make_questions(300, 6, 0).assign(group=np.arange(300))
    for fold in deal_folds(questions, strategy("bootstrap"), split()):
        assert len(fold.train) == 300
        assert len(fold.validation) / 300 == pytest.approx(np.exp(-1), abs=0.08)
        assert set(fold.train) | set(fold.validation) == set(range(300))


@settings(deadline=None, max_examples=60)
@given(cases)
def test_the_table_keeps_the_folds(case):
    questions, folds = deal(*case)
    again = read_folds(tabulate_folds(questions, folds), questions["question_id"].to_numpy())
    for one, other in zip(flatten(folds), flatten(again), strict=True):
        np.testing.assert_array_equal(one.train, other.train)
        np.testing.assert_array_equal(one.validation, other.validation)


@settings(deadline=None, max_examples=30)
@given(cases, st.integers(0, 9))
def test_the_table_keeps_the_folds_whatever_the_order_of_the_ids(case, seed):
    questions, folds = deal(*case)
    order = np.random.default_rng(seed).permutation(len(questions))
    ids = questions["question_id"].to_numpy()
    again = read_folds(tabulate_folds(questions, folds), ids[order])
    for one, other in zip(flatten(folds), flatten(again), strict=True):
        assert (np.diff(other.train) >= 0).all()
        np.testing.assert_array_equal(np.sort(ids[one.train]), np.sort(ids[order][other.train]))
        np.testing.assert_array_equal(np.sort(ids[one.validation]), np.sort(ids[order][other.validation]))


def test_folds_learn_from_more_rows_but_from_none_like_those_they_score():
    outer = Fold(np.array([0, 1, 2, 2]), np.array([3]), (Fold(np.array([0, 1]), np.array([2])),))
    # rows 4 to 7 read as 0, as 2, as 3 and as no other
    alike = np.array([0, 1, 2, 3, 0, 2, 3, 9])
    taught = outer.teach(np.arange(4, 8), alike)
    assert taught.train.tolist() == [0, 1, 2, 2, 4, 5, 7]
    assert taught.validation.tolist() == [3]
    (inner,) = taught.inner
    assert inner.train.tolist() == [0, 1, 4, 7]
    assert inner.validation.tolist() == [2]


@pytest.mark.parametrize(
    ("scheme", "count", "values", "message"),
    [
        ("leave_one_out", 6000, {}, r"leave_one_out makes 6,000 folds .* split\.max_folds is 100: raise it"),
        ("kfold", 3, {"folds": 5}, r"5 folds cannot be made of 3 questions: lower folds"),
        ("time_series", 60, {"folds": 9}, r"needs 10 months .* there are 6: lower folds or gap"),
        ("time_series", 60, {"folds": 4, "gap": 3}, r"needs 8 months .* a gap of 3.* there are 6"),
    ],
)
def test_what_cannot_be_dealt_is_refused_with_the_figure(scheme, count, values, message):
    questions = make_questions(max(count, 6), 6, 0)[:count]
    with pytest.raises(DataError, match=message):
        deal_folds(questions, strategy(scheme, **values), split())


def test_stratification_and_groups_do_not_go_together():
    with pytest.raises(DataError, match=r"split\.fold_by is time: set it to random"):
        deal_folds(make_questions(60, 6, 0), strategy("stratified_kfold"), split(fold_by="time"))


@pytest.mark.parametrize(
    ("folds", "message"),
    [
        (
            [Fold(np.arange(50), np.arange(50, 53))],
            r"fold 1 of 1 has 3 questions for validation and split\.min_questions",
        ),
        ([Fold(np.arange(5), np.arange(50, 90))], r"fold 1 of 1 has 5 questions for train"),
        ([Fold(np.arange(50), np.arange(50, 90))] * 11, r"quick makes 11 folds.*split\.max_folds is 10"),
    ],
)
def test_folds_that_tell_nothing_or_cost_too_much_are_refused(folds, message):
    with pytest.raises(DataError, match=message):
        check_folds(folds, Limits(10, 20), "quick")


def test_leaving_one_out_is_no_small_fold():
    questions = make_questions(60, 6, 0)
    folds = deal_folds(questions, strategy("leave_one_out"), split())
    check_folds(folds, Limits(100, 20), "leave_one_out")
    assert len(folds) == 60


def test_every_scheme_says_what_it_keeps_apart():
    assert set(ROOMS) == set(SCHEMES)
