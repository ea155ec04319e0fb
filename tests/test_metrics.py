import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn import metrics as reference

from tagger.metrics import METRICS, count_by_tag, rank_tags, tabulate_calibration, tabulate_tags, trace_thresholds
from tagger.metrics import measure as measure_predicted
from tagger.thresholds import Rule

RNG = np.random.default_rng(0)
Y = (RNG.random((200, 12)) < 0.15).astype(np.uint8)
# Rounded, so that there are ties.
SCORES = (0.35 * Y + 0.65 * RNG.random(Y.shape)).round(2).astype(np.float32)
THRESHOLD = 0.5


def measure(Y, scores, threshold):
    return measure_predicted(Y, scores, Rule(threshold).choose(scores))


def test_metrics_are_those_of_scikit_learn():
    predicted = SCORES >= THRESHOLD
    expected = {
        "f1_micro": reference.f1_score(Y, predicted, average="micro"),
        "precision_micro": reference.precision_score(Y, predicted, average="micro"),
        "recall_micro": reference.recall_score(Y, predicted, average="micro"),
        "f1_macro": reference.f1_score(Y, predicted, average="macro", zero_division=0),
        "hamming_loss": reference.hamming_loss(Y, predicted),
        "subset_accuracy": reference.accuracy_score(Y, predicted),
        "roc_auc_micro": reference.roc_auc_score(Y, SCORES, average="micro"),
    }
    figures = measure(csr_matrix(Y), SCORES, THRESHOLD)
    assert list(figures) == list(METRICS)
    assert {name: figures[name] for name in expected} == pytest.approx(expected, abs=1e-6)


# Two questions over six tags, best scores first; the third has none of the tags.
RANKED = np.array([[6, 5, 4, 3, 2, 1], [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]], dtype=np.float32)


@pytest.mark.parametrize(
    ("true", "precision_at_1", "recall_at_5", "f1_at_5"),
    [
        ([[1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]], 0.5, 0.5, (2 * 0.2 * 1 / 1.2 + 0) / 2),
        ([[1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1]], 1.0, (5 / 6 + 1) / 2, (1 + 2 * 0.2 * 1 / 1.2) / 2),
    ],
)
def test_ranking_metrics_by_hand(true, precision_at_1, recall_at_5, f1_at_5):
    figures = measure(csr_matrix([*true, [0] * 6], dtype=np.uint8), RANKED, 9)
    assert figures["precision_at_1"] == pytest.approx(precision_at_1, abs=1e-6)
    assert figures["recall_at_5"] == pytest.approx(recall_at_5, abs=1e-6)
    assert figures["f1_at_5"] == pytest.approx(f1_at_5, abs=1e-6)


def test_fewer_than_five_tags_can_be_ranked():
    assert rank_tags(np.array([[0.1, 0.3, 0.3]]), 5).tolist() == [[1, 2, 0]]
    assert measure(csr_matrix([[1, 0]]), np.array([[0.9, 0.1]]), 0.5)["recall_at_5"] == 1


@pytest.mark.parametrize("shape", [(0, 4), (3, 4)])
def test_without_a_true_tag_nothing_is_defined(shape):
    assert set(measure(csr_matrix(shape, dtype=np.uint8), np.zeros(shape), 0.5).values()) == {None}


def test_the_table_by_tag_goes_by_training_frequency():
    table = tabulate_tags(csr_matrix([[1, 0], [1, 1]]), csr_matrix([[1, 0], [0, 0]]), ["b", "a"], [3, 9])
    assert table.to_dict("records") == [
        {"tag": "a", "trained": 9, "true": 1, "suggested": 0, "hits": 0, "precision": 0, "recall": 0, "f1": 0},
        {"tag": "b", "trained": 3, "true": 2, "suggested": 1, "hits": 1, "precision": 1, "recall": 0.5, "f1": 2 / 3},
    ]


def test_the_curve_agrees_with_the_metrics_at_its_thresholds():
    curve = trace_thresholds(csr_matrix(Y), RNG.permuted(np.linspace(0, 1, Y.size)).reshape(Y.shape))
    assert (curve["threshold"].diff().dropna() < 0).all()
    assert curve["recall"].is_monotonic_increasing
    scores = np.linspace(0, 1, Y.size).reshape(Y.shape)
    point = trace_thresholds(csr_matrix(Y), scores).iloc[50]
    assert point["f1"] == pytest.approx(measure(csr_matrix(Y), scores, point["threshold"])["f1_micro"], abs=1e-6)


def test_calibration_is_tabled_in_bins():
    table = tabulate_calibration(csr_matrix(Y), SCORES, least=0.2, bins=4)
    kept = SCORES[SCORES >= 0.2]
    assert table["pairs"].sum() == len(kept)
    assert table["probability"].is_monotonic_increasing
    assert np.average(table["probability"], weights=table["pairs"]) == pytest.approx(kept.mean())
    assert np.average(table["share"], weights=table["pairs"]) == pytest.approx(Y[SCORES >= 0.2].mean())


def test_counts_by_tag_do_not_divide_by_zero():
    table = count_by_tag(csr_matrix((2, 2)), csr_matrix((2, 2)))
    assert (table[["precision", "recall", "f1"]] == 0).all(axis=None)
