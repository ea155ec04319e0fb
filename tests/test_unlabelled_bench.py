import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from bench.unlabelled import cut_rows, find_odds, judge, slice_questions
from bench.unlabelled_tables import describe_periods, describe_variants
from bench.variants import VARIANTS, Answers, Asked
from tagger.drift.estimate import Estimator
from tests.drift.test_estimate import draw, suggest


def ask(seed):
    probabilities, Y = draw(1500, seed=seed)
    return Answers(Y, probabilities, suggest(probabilities))


@pytest.fixture(scope="module")
def found():
    reference = ask(0)
    estimator = Estimator(reference.Y, reference.probabilities, reference.predicted)
    return judge("2024-01", 0.5, Asked(reference, ask(1), estimator, np.ones(1500)))


def test_every_way_is_near_where_probabilities_are_true(found):
    assert found.variants == {name: pytest.approx(found.measured, abs=0.02) for name in VARIANTS}
    low, high = found.interval[1:]
    assert low < found.measured < high


def test_tables_have_a_row_for_each(found):
    (row,) = describe_periods([found])[2:]
    assert row.startswith("| 2024-01 | 1,500 | ")
    assert len(describe_variants([found])) == 2 + len(VARIANTS) + 1


def test_odds_tell_questions_of_other_words_apart():
    rng = np.random.default_rng(0)
    reference, asked = (csr_matrix(rng.poisson(rates, (200, 3)).astype(float)) for rates in ([1, 1, 1], [1, 1, 9]))
    auc, odds = find_odds(reference, asked)
    assert auc > 0.95
    last = reference.toarray()[:, 2]
    assert odds[last.argmax()] > odds[last.argmin()]


def test_questions_are_cut_by_number_and_by_word():
    created = pd.to_datetime(["2024-01-02", "2024-01-01", "2024-01-03"], utc=True)
    questions = pd.DataFrame({"question_id": [1, 2, 3], "created": created, "title_tokens": ["a b", "a", "c"]})
    assert [part["question_id"].tolist() for _, part in cut_rows(questions, 2)] == [[2, 1], [3]]
    assert [(name, len(part)) for name, part in slice_questions(questions, 1)] == [("says a", 2)]
