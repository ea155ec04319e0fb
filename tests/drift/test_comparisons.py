import numpy as np
import pytest
from scipy.stats import fisher_exact, kstest

from tagger.drift.apart import tell_apart
from tagger.drift.counts import compare_counts, count_names, list_names
from tagger.drift.evidence import adjust, find_significant
from tagger.drift.words import count_together, find_words
from tests.drift.views import make_words

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("past", "now"), [(3, 9), (0, 4), (40, 2), (7, 7)])
def test_the_exact_p_is_fishers_smaller_tail_doubled(past, now):
    table = compare_counts(["tag"], (np.array([past]), np.array([now])), (500, 100))
    tails = [fisher_exact([[now, 100 - now], [past, 500 - past]], side).pvalue for side in ("less", "greater")]
    assert table["p"][0] == pytest.approx(min(1, 2 * min(tails)))
    assert table["before"][0] == past / 500
    assert table["share"][0] == pytest.approx(abs(now / 100 - past / 500))


def test_a_tag_too_rare_for_the_level_is_no_test_and_no_finding():
    counts = np.array([30, 0, 0]), np.array([30, 1, 9])
    table = adjust(compare_counts(["old", "once", "new"], counts, (1000, 200)), level=0.001).set_index("name")
    assert table["q"]["once"] == 1
    assert table["q"]["new"] == pytest.approx(table["p"]["new"] * 2 / 2)  # the second of two
    assert find_significant(table.reset_index(), 0.001, 0.005)["name"].tolist() == ["old", "new"]
    assert find_significant(table.reset_index(), 0.001, 0.05)["name"].tolist() == ["old"]


def test_names_are_counted_by_question():
    lists = [["a", "b"], ["b"], []]
    assert list_names(lists) == ["a", "b"]
    assert count_names(lists, ["b", "c"]).tolist() == [2, 0]


def draw_texts(count, words, extra=()):
    return [" ".join([*RNG.choice(words, 6), *extra]) for _ in range(count)]


COMMON = [f"word{number}" for number in range(40)]


def test_a_classifier_tells_two_vocabularies_apart_and_not_two_draws_of_one():
    base = make_words(draw_texts(300, COMMON))
    same = tell_apart(*count_together(base, make_words(draw_texts(200, COMMON)))[:2], seed=0)
    other = tell_apart(*count_together(base, make_words(draw_texts(200, COMMON, ["fresh"])))[:2], seed=0)
    assert same.p > 0.001
    assert same.auc < 0.6
    assert other.p < 1e-6
    assert other.auc == pytest.approx(1)
    assert (other.scores[:300] < other.scores[300:].min()).all()


def test_the_p_of_the_classifier_is_uniform_where_nothing_differs():
    p = []
    for seed in range(60):
        texts = draw_texts(240, COMMON)
        first, second, _ = count_together(make_words(texts[:150]), make_words(texts[150:]))
        p.append(tell_apart(first, second, seed).p)
    assert kstest(p, "uniform").pvalue > 0.001
    assert np.mean(np.array(p) <= 0.05) < 0.15


def test_words_of_both_sides_share_columns_and_rare_ones_have_none():
    first, second, words = count_together(make_words(["a b", "a b b"]), make_words(["b c", "b a"]))
    assert words == sorted(words, key=words.index)
    assert set(words) == {"a", "b"}
    assert first[:, words.index("b")].toarray().ravel().tolist() == [1, 2]
    assert second[:, words.index("a")].toarray().ravel().tolist() == [0, 1]


def test_questions_with_a_word_are_found():
    words = make_words(["a b", "", "c a"])
    assert find_words(words, ["c", "unheard"]).tolist() == [False, False, True]
    assert not find_words(words, []).any()
