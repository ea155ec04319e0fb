import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import f1_score

from tagger.thresholds import Rule, ThresholdParams, choose_rule, choose_threshold

RNG = np.random.default_rng(0)
P = (RNG.random((4000, 12)) ** 3).astype(np.float32)
Y = csr_matrix(RNG.random(P.shape) < P, dtype=np.uint8)
TIED = P.round(2)


def f1(Y, rule, scores):
    return f1_score(Y.toarray(), rule.choose(scores).toarray(), average="micro", zero_division=0)


def test_the_common_threshold_has_the_best_micro_f1():
    few, scores = Y[:200], TIED[:200]
    best = max(f1(few, Rule(float(cut)), scores) for cut in np.unique(scores))
    rule = choose_rule(few, scores, ThresholdParams(most=12))
    assert f1(few, rule, scores) == pytest.approx(best, abs=1e-6)


def test_of_probabilities_that_come_true_it_is_near_half_the_f1():
    rule = choose_rule(Y, P, ThresholdParams(most=12))
    assert rule.threshold == pytest.approx(f1(Y, rule, P) / 2, abs=0.04)


def test_it_is_the_fallback_where_nothing_can_be_found():
    assert choose_threshold(csr_matrix((3, 2)), np.zeros((3, 2)), ThresholdParams(fallback=0.4)) == 0.4


def test_adjacent_scores_can_still_be_cut():
    high = np.float32(0.5)
    scores = np.array([[high, np.nextafter(high, np.float32(0))]], dtype=np.float32)
    threshold = choose_threshold(csr_matrix([[1, 0]]), scores, ThresholdParams())
    assert Rule(threshold).choose(scores).toarray().tolist() == [[1, 0]]


def test_a_threshold_for_each_tag_helps_where_scores_differ_by_tag():
    shown = P.copy()
    shown[:, :6] /= 4
    common, own = (choose_rule(Y, shown, ThresholdParams(method=method, most=12)) for method in ("global", "per_tag"))
    assert f1(Y, own, shown) > f1(Y, common, shown) + 0.02
    assert len(own.threshold) == 12


def test_a_tag_with_few_questions_keeps_the_common_threshold():
    rare = Y.tolil()
    rare[10:, 0] = 0
    params = ThresholdParams(method="per_tag", most=12, min_questions=20, smoothing=0)
    rule = choose_rule(rare.tocsr(), P, params)
    assert rule.threshold[0] == pytest.approx(choose_threshold(rare.tocsr(), P, params), abs=1e-6)
    assert rule.threshold[1] != rule.threshold[0]
    smooth = choose_rule(rare.tocsr(), P, params.model_copy(update={"smoothing": 1e9}))
    np.testing.assert_allclose(smooth.threshold, rule.threshold[0], atol=1e-4)


def test_the_best_set_of_each_question_has_a_higher_f1_by_question():
    chosen = {
        method: choose_rule(Y, P, ThresholdParams(method=method, most=12)).choose(P).toarray()
        for method in ("global", "expected_f1")
    }
    by_question = {
        name: f1_score(Y.toarray(), found, average="samples", zero_division=0) for name, found in chosen.items()
    }
    assert by_question["expected_f1"] > by_question["global"]
    assert (chosen["expected_f1"].sum(axis=1) >= 1).all()


@pytest.mark.parametrize("method", ["global", "per_tag", "expected_f1"])
def test_a_rule_comes_back_from_json(method):
    rule = choose_rule(Y, P, ThresholdParams(method=method))
    assert Rule(**rule.as_dict()) == rule
