import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import binomtest, false_discovery_control

from tagger.comparison import BETTER, SAME, WORSE, Outcome
from tagger.mcnemar import UNTESTED, compare_tags


def make_outcome(Y, predicted):
    return Outcome(csr_matrix(Y, dtype=np.uint8), csr_matrix(predicted, dtype=np.uint8), np.empty((0, 9)))


def compare_counts(pairs, both=5):
    """Two models that differ on so many questions of each tag: (only the first right, only the second right)."""
    size = both + max(sum(pair) for pair in pairs)
    first, second = np.ones((size, len(pairs)), dtype=int), np.ones((size, len(pairs)), dtype=int)
    for column, (first_only, second_only) in enumerate(pairs):
        second[:first_only, column] = 0
        first[first_only : first_only + second_only, column] = 0
    Y = np.ones_like(first)
    names = [f"tag-{number}" for number in range(len(pairs))]
    return compare_tags(make_outcome(Y, first), make_outcome(Y, second), names).set_index("tag")


def test_a_tag_is_better_worse_the_same_or_differs_too_seldom():
    pairs = [(0, 20), (20, 0), (9, 11), (0, 5), (0, 0)]
    table = compare_counts(pairs)
    assert list(table.index) == ["tag-0", "tag-1", "tag-3", "tag-2", "tag-4"]
    table = table.sort_index()
    assert table["verdict"].tolist() == [BETTER, WORSE, SAME, UNTESTED, UNTESTED]
    assert list(zip(table["only_first_right"], table["only_second_right"], strict=True)) == pairs
    expected = [binomtest(first, first + second).pvalue if first + second else 1 for first, second in pairs]
    assert table["p"].tolist() == pytest.approx(expected)
    assert table["p_adjusted"].tolist()[:3] == pytest.approx(false_discovery_control(expected[:3]))
    assert table["p_adjusted"].isna().tolist()[3:] == [True, True]


def test_f1_of_both_stands_beside():
    row = compare_counts([(0, 6)], both=3).iloc[0]
    assert (row["true"], row["f1_first"], row["f1_second"]) == (9, pytest.approx(2 * 3 / 12), 1)


def test_the_number_of_tests_is_corrected_for():
    # p = 0.03125 each time: significant alone, and not beside nineteen tags that did not change.
    assert compare_counts([(0, 6)])["verdict"].tolist() == [BETTER]
    assert set(compare_counts([(0, 6), *[(5, 5)] * 19])["verdict"]) == {SAME}


def test_two_models_alike_seldom_differ_by_any_tag():
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(200):
        Y = rng.random((200, 30)) < 0.3
        first, second = (make_outcome(Y, Y ^ (rng.random(Y.shape) < 0.15)) for _ in range(2))
        alarms += compare_tags(first, second, range(30))["verdict"].isin([BETTER, WORSE]).any()
    # The exact test is on the safe side of 5%.
    assert alarms / 200 < 0.06
