import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from tagger.comparison import (
    BETTER,
    COMPARED,
    SAME,
    WORSE,
    Outcome,
    compare_metrics,
    draw_changes,
    draw_questions,
    judge,
    observe,
    pair_questions,
)
from tagger.errors import DataError
from tagger.metrics import measure, tabulate_predictions
from tagger.thresholds import Rule

TAGS = [f"tag-{number}" for number in range(8)]
RULE = Rule(0.5)


def ask(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Label matrix of 8 tags and how hard each question is."""
    rng = np.random.default_rng(seed)
    return (rng.random((count, len(TAGS))) < 0.2).astype(np.uint8), rng.normal(size=(count, 1))


def score(Y: np.ndarray, hard: np.ndarray, skill: float, seed: int) -> np.ndarray:
    """A model's scores, with ties; both models find the same questions hard."""
    noise = np.random.default_rng(seed).normal(size=Y.shape)
    return (skill * Y - 0.4 * hard * Y + 0.4 * noise).round(2).astype(np.float32)


def predict(Y: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    """What evaluate writes of them."""
    own = [[TAGS[column] for column in np.flatnonzero(row)] for row in Y]
    questions = pd.DataFrame({"question_id": np.arange(len(Y)) * 10, "month": "2024-01", "tags": own})
    return tabulate_predictions(questions, scores, RULE.choose(scores), TAGS)


def predict_some(count: int) -> pd.DataFrame:
    """Predictions of so many questions."""
    asked = ask(count, 5)
    return predict(asked[0], score(*asked, 1.0, 0))


def observe_two(count: int, skills: tuple[float, float], seed: int) -> list[Outcome]:
    """What came of two models on the same questions."""
    asked = ask(count, seed)
    return [
        observe(predict(asked[0], score(*asked, skill, 2 * seed + number)), TAGS) for number, skill in enumerate(skills)
    ]


def test_the_figures_are_those_of_evaluate():
    asked = ask(300, 1)
    both = [score(*asked, skill, number) for number, skill in enumerate((0.9, 1.2))]
    table = compare_metrics(*(observe(predict(asked[0], scores), TAGS) for scores in both), draws=100)
    assert (asked[0].sum(axis=1) == 0).any()
    for side, scores in zip(("first", "second"), both, strict=True):
        expected = measure(csr_matrix(asked[0]), scores, RULE.choose(scores))
        assert table[side].round(6).tolist() == [expected[name] for name in COMPARED]
    assert table["change"].tolist() == (table["second"] - table["first"]).tolist()
    assert (table["low"] < table["change"]).all()
    assert (table["change"] < table["high"]).all()


def test_a_draw_is_the_metrics_of_the_questions_drawn():
    asked = ask(60, 2)
    both = [score(*asked, 1.0, seed) for seed in (1, 2)]
    changes = draw_changes(*(observe(predict(asked[0], scores), TAGS) for scores in both), draws=5, seed=7)
    counts = np.vstack(list(draw_questions(60, 5, 1000, seed=7))).astype(int)
    assert (counts.sum(axis=1) == 60).all()
    for drawn, change in zip(counts, changes, strict=True):
        rows = np.repeat(np.arange(60), drawn)
        first, second = (measure(csr_matrix(asked[0][rows]), s[rows], RULE.choose(s[rows])) for s in both)
        assert change == pytest.approx([second[name] - first[name] for name in COMPARED], abs=2e-6)


@pytest.mark.parametrize("skills", [(1.0, 1.0), (1.0, 1.1)])
def test_nineteen_of_twenty_intervals_hold_the_true_change(skills):
    large = compare_metrics(*observe_two(20_000, skills, 10_000), draws=1)
    true = np.zeros(len(COMPARED)) if skills[0] == skills[1] else large["change"].to_numpy()
    covered = np.zeros(len(COMPARED))
    for seed in range(300):
        low, high = np.quantile(
            draw_changes(*observe_two(150, skills, seed), draws=300, seed=seed), [0.025, 0.975], axis=0
        )
        covered += (low <= true) & (true <= high)
    # Two standard deviations of a share of 300 are 0.025.
    assert covered.mean() / 300 == pytest.approx(0.95, abs=0.025)
    assert covered.min() / 300 > 0.89


def test_the_same_seed_gives_the_same_intervals():
    outcomes = observe_two(80, (1.0, 1.3), 3)
    one, again, other = (compare_metrics(*outcomes, draws=100, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert (one["low"] != other["low"]).any()


def test_a_much_better_model_is_better_and_the_way_back_is_worse():
    outcomes = observe_two(200, (0.6, 1.5), 4)
    assert set(compare_metrics(*outcomes, draws=200)["verdict"]) == {BETTER}
    assert set(compare_metrics(*outcomes[::-1], draws=200)["verdict"]) == {WORSE}
    assert set(compare_metrics(outcomes[0], outcomes[0], draws=200)["verdict"]) == {SAME}


@pytest.mark.parametrize(
    ("metric", "low", "high", "verdict"),
    [
        ("f1_micro", 0.01, 0.02, BETTER),
        ("f1_micro", -0.02, -0.01, WORSE),
        ("f1_micro", -0.01, 0.01, SAME),
        ("f1_micro", 0.0, 0.0, SAME),
        ("hamming_loss", 0.01, 0.02, WORSE),
        ("hamming_loss", -0.02, -0.01, BETTER),
    ],
)
def test_verdicts(metric, low, high, verdict):
    assert judge(metric, low, high) == verdict


def test_questions_are_paired_by_id_whatever_their_order():
    predictions = predict_some(20)
    first, second = pair_questions(predictions.iloc[::-1], predictions.iloc[5:])
    assert first["question_id"].tolist() == second["question_id"].tolist() == list(range(50, 200, 10))
    assert first["ranked"].tolist() == second["ranked"].tolist()


def test_no_question_in_common_is_told():
    predictions = predict_some(4)
    with pytest.raises(DataError, match="no question is in both: 4 in the first, 3 in the second; compare"):
        pair_questions(predictions, predictions.iloc[:3].assign(question_id=[1, 2, 3]))


def test_a_tag_that_was_not_learned_is_missed():
    predictions = pd.DataFrame({"tags": [["a", "b"]], "suggested": [["a"]], "ranked": [["a", "c"]]})
    [hits, suggested, true, wrong, exact, asked, best, recall, f1] = observe(predictions, ["a", "b", "c"]).sums[0]
    assert (hits, suggested, true, wrong, exact, asked, best, recall) == (1, 1, 2, 1, 0, 1, 1, 0.5)
    assert f1 == pytest.approx(2 * 0.2 * 0.5 / 0.7)
    assert observe(predictions, ["a", "c"]).sums[0, 4] == 1


def test_questions_without_any_learned_tag_are_told():
    predictions = pd.DataFrame({"tags": [["a"]], "suggested": [[]], "ranked": [["b"]]})
    with pytest.raises(DataError, match="none of 1 questions has one of the 2 learned tags"):
        observe(predictions, ["b", "c"])
