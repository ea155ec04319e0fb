"""The interval holds the truth in about 95 of 100 draws, though one caller's clicks go together."""

import sys

import numpy as np
import pytest

from service.versions.differences import BETTER, OPEN, WORSE, Difference, count_missing, find_difference, judge

REPEATS = 200
# Of 200 intervals of 95%, four standard deviations below.
LEAST_COVERED = 0.95 - 4 * (0.05 * 0.95 / REPEATS) ** 0.5


def make_votes(rng, callers, share, effect):
    """Callers of an own mind, who vote up to 50 times: callers, sides, values of 0, 1 or between."""
    sizes = np.minimum(rng.geometric(0.2, callers), 50)
    who = np.repeat(np.arange(callers), sizes)
    sides = (rng.random(callers) < share)[who].astype(int)
    minds = rng.beta(1.6, 0.7, callers)[who]
    values = np.where(rng.random(len(who)) < 0.2, 0.67, rng.random(len(who)) < minds)
    return who, sides, values + effect * sides


def measure_coverage(callers, share, effect):
    rng = np.random.default_rng(callers)
    found = [find_difference(*make_votes(rng, callers, share, effect), seed) for seed in range(REPEATS)]
    told = [difference for difference in found if not np.isnan(difference.low)]
    assert len(told) > REPEATS / 2
    return np.mean([difference.low <= effect <= difference.high for difference in told])


@pytest.mark.parametrize(("callers", "share", "effect"), [(30, 0.5, 0.0), (150, 0.1, 0.1), (200, 0.5, -0.05)])
def test_the_interval_covers_the_truth(callers, share, effect):
    assert measure_coverage(callers, share, effect) >= LEAST_COVERED


def test_clicks_of_one_caller_do_not_count_as_many():
    """Drawn by the click, the interval would be far too sure."""
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(40), 50)
    values = np.repeat(rng.random(40) < 0.5, 50).astype(float)
    told = find_difference(who, (who % 2), values)
    alone = find_difference(np.arange(2000), who % 2, values)
    assert told.high - told.low > 4 * (alone.high - alone.low)


def test_the_same_questions_on_both_sides_are_a_pair():
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(100), 5)
    champion = rng.random(500)
    challenger = np.minimum(champion + 0.02, 1)
    sides = np.repeat([0, 1], 500)
    paired = find_difference(np.tile(who, 2), sides, np.concatenate([champion, challenger]))
    apart = find_difference(np.concatenate([who, who + 100]), sides, np.concatenate([champion, challenger]))
    assert judge(paired) == BETTER
    assert judge(apart) == OPEN


@pytest.mark.parametrize(
    ("callers", "votes", "told"), [(9, 20, False), (10, 2, True), (10, 1, False), (0, 0, False), (40, 1, True)]
)
def test_of_too_few_nothing_is_told(callers, votes, told):
    who = np.repeat(np.arange(2 * callers), votes)
    difference = find_difference(who, who % 2, (who % 3 == 0).astype(float))
    assert (not np.isnan(difference.low)) == told
    assert difference.callers == (callers, callers)
    assert difference.values == (callers * votes, callers * votes)
    assert (count_missing(difference) is not None) == told


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.1, 0.2, BETTER), (-0.2, -0.1, WORSE), (-0.1, 0.1, OPEN), (0.0, 0.1, OPEN), (np.nan, np.nan, OPEN)],
)
def test_the_verdict_is_that_of_the_interval(low, high, expected):
    assert judge(Difference(0.5, 0.6, 0.1, low, high, (1, 1), (1, 1))) == expected


@pytest.mark.parametrize(
    ("change", "half", "expected"), [(0.1, 0.2, 300), (-0.1, 0.2, 300), (0.0, 0.02, 300), (0.2, 0.1, 0)]
)
def test_how_many_are_missing(change, half, expected):
    difference = Difference(0.5, 0.5 + change, change, change - half, change + half, (50, 50), (60, 40))
    assert count_missing(difference) == pytest.approx(expected, abs=1)


def test_the_number_that_is_missing_does_tell():
    """With as many as was said, about half of the trials tell; with a tenth of them, few."""
    rng = np.random.default_rng(3)
    first = find_difference(*make_votes(rng, 100, 0.5, 0.08))
    assert judge(first) == OPEN
    size = sum(first.values)
    callers = int(100 * (size + count_missing(first)) / size)
    found = [judge(find_difference(*make_votes(rng, callers, 0.5, first.change))) for _ in range(40)]
    assert 0.3 <= np.mean([verdict == BETTER for verdict in found]) <= 0.9


def test_it_is_the_same_twice():
    votes = make_votes(np.random.default_rng(0), 100, 0.5, 0)
    assert find_difference(*votes) == find_difference(*votes)


@pytest.mark.slow
def test_who_looks_all_the_time_wants_twice_the_width():
    """TaggerChallengerWorse does: two versions that are alike, looked at twenty times while votes come in."""
    rng = np.random.default_rng(5)
    trials, verdicts, alarms = 100, 0, 0
    for _ in range(trials):
        who, sides, values = make_votes(rng, 200, 0.2, 0)
        order = rng.permutation(len(who))
        looks = [order[:count] for count in np.linspace(100, len(who), 20, dtype=int)]
        found = [find_difference(who[look], sides[look], values[look]) for look in looks]
        verdicts += any(each.high < 0 for each in found)
        alarms += any(2 * each.high - each.change < 0 for each in found)
    sys.stdout.write(f"of {trials} trials, worse at some look in {verdicts}, alarm in {alarms}\n")
    assert alarms <= 1 < verdicts
