import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tagger.drift.estimate import LEAST_EFFECTIVE, Estimator, clip_weights
from tagger.errors import DataError

TAGS = 60
# Above: suggested.
THRESHOLD = 0.4


def draw(questions, power=6.0, seed=0):
    """Probabilities (questions x tags, float32), most of them small, and labels that they are true of."""
    rng = np.random.default_rng(seed)
    probabilities = rng.random((questions, TAGS), dtype=np.float32) ** np.float32(power)
    return probabilities, label(probabilities, rng)


def label(true, rng):
    return csr_matrix(rng.random(true.shape) < true, dtype=np.uint8)


def suggest(probabilities):
    return csr_matrix(probabilities >= THRESHOLD, dtype=np.uint8)


def f1(Y, predicted):
    return 2 * Y.multiply(predicted).sum() / (Y.sum() + predicted.sum())


def fit(probabilities, Y):
    return Estimator(Y, probabilities, suggest(probabilities))


@pytest.mark.parametrize("power", [4.0, 6.0, 9.0])
def test_an_estimate_is_near_what_labels_say(power):
    estimator = fit(*draw(2000))
    probabilities, Y = draw(2000, power, seed=1)
    estimate, measured = estimator.estimate(probabilities, suggest(probabilities)), f1(Y, suggest(probabilities))
    assert estimate.f1_micro == pytest.approx(measured, abs=0.015)
    assert estimate.low <= measured <= estimate.high
    assert estimate.high - estimate.low < 0.06
    assert not estimate.weighted


@pytest.mark.parametrize("distort", [np.sqrt, np.square, lambda probabilities: 5 * probabilities - 2])
def test_probabilities_need_not_be_true(distort):
    """They need only order the pairs; margins do as well."""
    (probabilities, Y), (asked, labels) = draw(2000), draw(2000, seed=1)
    estimator = Estimator(Y, distort(probabilities), suggest(probabilities))
    estimate = estimator.estimate(distort(asked), suggest(asked))
    assert estimate.f1_micro == pytest.approx(f1(labels, suggest(asked)), abs=0.015)


def test_of_the_reference_itself_it_is_what_was_measured():
    probabilities, Y = draw(500)
    estimate = fit(probabilities, Y).estimate(probabilities, suggest(probabilities))
    assert estimate.f1_micro == pytest.approx(f1(Y, suggest(probabilities)), abs=1e-6)


def test_ranges_hold_what_is_measured_as_often_as_they_say():
    estimator = fit(*draw(400))
    held = 0
    for seed in range(1, 31):
        probabilities, Y = draw(40, seed=seed)
        estimate = estimator.estimate(probabilities, suggest(probabilities))
        held += estimate.low <= f1(Y, suggest(probabilities)) <= estimate.high
    assert held >= 26


def draw_two_kinds(questions, share, seed):
    """A share of the questions is of a kind whose probabilities are three times too high."""
    rng = np.random.default_rng(seed)
    probabilities, _ = draw(questions, seed=seed)
    hard = rng.random(questions) < share
    return probabilities, label(np.where(hard[:, None], probabilities / 3, probabilities), rng), hard


def test_weights_correct_a_shift_that_probabilities_do_not_show():
    probabilities, Y, hard = draw_two_kinds(3000, 0.2, seed=0)
    asked, labels, _ = draw_two_kinds(3000, 0.8, seed=1)
    estimator, measured = fit(probabilities, Y), f1(labels, suggest(asked))
    odds = np.where(hard, 0.8 / 0.2, 0.2 / 0.8)
    plain, weighted = (estimator.estimate(asked, suggest(asked), weights) for weights in (None, odds))
    assert abs(plain.f1_micro - measured) > 0.1
    assert weighted.f1_micro == pytest.approx(measured, abs=0.02)
    assert weighted.weighted
    assert weighted.effective < plain.effective == 3000


def test_questions_tagged_otherwise_than_before_are_not_seen():
    """Concept drift: the same questions, half of their tags no longer given."""
    estimator = fit(*draw(2000))
    probabilities, _ = draw(2000, seed=1)
    labels = label(probabilities / 2, np.random.default_rng(2))
    estimate, measured = estimator.estimate(probabilities, suggest(probabilities)), f1(labels, suggest(probabilities))
    assert estimate.f1_micro > measured + 0.1
    assert measured < estimate.low


def test_equal_weights_change_nothing():
    probabilities, Y = draw(300)
    asked, _ = draw(100, seed=1)
    estimator = fit(probabilities, Y)
    plain = estimator.estimate(asked, suggest(asked))
    equal = estimator.estimate(asked, suggest(asked), np.full(300, 7.0))
    assert (equal.f1_micro, equal.low, equal.high) == (plain.f1_micro, plain.low, plain.high)
    assert equal.effective == 300


def test_too_few_effective_questions_weigh_the_same():
    probabilities, Y = draw(300)
    asked, _ = draw(100, seed=1)
    odds = np.full(300, 1e-9)
    odds[:20] = 1.0
    estimate = fit(probabilities, Y).estimate(asked, suggest(asked), odds)
    assert estimate.effective == 20
    assert LEAST_EFFECTIVE > 20
    assert not estimate.weighted
    assert estimate.f1_micro == fit(probabilities, Y).estimate(asked, suggest(asked)).f1_micro


def test_one_question_with_huge_odds_does_not_decide():
    odds = np.ones(1000)
    odds[0] = 1e9
    weights, effective = clip_weights(odds, 1000)
    assert weights.max() == pytest.approx(1)
    assert effective == pytest.approx(1000)


def test_the_same_seed_gives_the_same_range():
    (probabilities, Y), (asked, _) = draw(300), draw(50, seed=1)
    one, same, other = (
        Estimator(Y, probabilities, suggest(probabilities), seed).estimate(asked, suggest(asked)) for seed in (0, 0, 1)
    )
    assert one == same
    assert one.f1_micro == other.f1_micro
    assert one.low != other.low


def test_one_question_and_none():
    estimator = fit(*draw(300))
    one, _ = draw(1, seed=1)
    estimate = estimator.estimate(one, suggest(one))
    assert 0 <= estimate.low <= estimate.f1_micro <= estimate.high <= 1
    none = estimator.estimate(one[:0], suggest(one[:0]))
    assert (none.f1_micro, none.low, none.high) == (None, None, None)


@pytest.mark.parametrize("questions", [0, 1, 200])
def test_a_reference_without_a_right_tag_tells_nothing(questions):
    probabilities, _ = draw(questions)
    asked, _ = draw(50, seed=1)
    estimate = fit(probabilities, csr_matrix((questions, TAGS), dtype=np.uint8)).estimate(asked, suggest(asked))
    assert (estimate.f1_micro, estimate.low, estimate.high) == (None, None, None)


def test_nothing_suggested_is_worth_nothing():
    (probabilities, Y), (asked, _) = draw(300), draw(50, seed=1)
    estimate = fit(probabilities, Y).estimate(asked, csr_matrix(asked.shape, dtype=np.uint8))
    assert (estimate.f1_micro, estimate.low, estimate.high) == (0, 0, 0)


BAD_WEIGHTS = [np.ones(299), np.full(300, -1.0), np.full(300, np.nan), np.full(300, np.inf), np.zeros(300)]


@pytest.mark.parametrize("weights", BAD_WEIGHTS)
def test_bad_weights_are_refused(weights):
    (probabilities, Y), (asked, _) = draw(300), draw(50, seed=1)
    with pytest.raises(DataError, match="weights"):
        fit(probabilities, Y).estimate(asked, suggest(asked), weights)


def test_other_shapes_are_refused():
    probabilities, Y = draw(300)
    with pytest.raises(DataError, match="differ in shape"):
        Estimator(Y[:10], probabilities, suggest(probabilities))
    with pytest.raises(DataError, match="differ in shape"):
        fit(probabilities, Y).estimate(probabilities, suggest(probabilities[:5]))
    with pytest.raises(DataError, match="59 tags, the reference 60"):
        fit(probabilities, Y).estimate(probabilities[:, 1:], suggest(probabilities[:, 1:]))
