"""Slices of questions and tags, and micro-F1 of two models in each."""

import numpy as np
import pandas as pd
import pytest

from tagger.comparison import compare_metrics, observe
from tagger.slices import compare_f1, compare_slices, group_tags, list_slices, measure_f1, observe_pair

TAGS = ["a", "b", "c", "d", "e", "f"]
COUNTS = {"a": 9, "b": 100, "c": 1, "d": 50, "e": 9}


def make_predictions(questions=60, share=0.8, seed=0):
    """Questions of one tag; the suggestion is right for a share of them."""
    rng = np.random.default_rng(seed)
    own = [TAGS[number % 6] for number in range(questions)]
    guesses = [tag if rng.random() < share else str(rng.choice(TAGS)) for tag in own]
    return pd.DataFrame(
        {
            "question_id": np.arange(questions),
            "month": ["2024-01" if number < 40 else "2024-02" for number in range(questions)],
            "tags": [[tag] for tag in own],
            "suggested": [[tag] for tag in guesses],
            "ranked": [[tag] for tag in guesses],
        }
    )


def add_texts(predictions):
    """The first ten have no prose, the first four of them no code either."""
    text = ["  " if number < 10 else "prose" for number in range(len(predictions))]
    code = ["" if number < 4 else "x = 1" for number in range(len(predictions))]
    return predictions.assign(text=text, code=code)


def test_tags_go_by_thirds_of_their_frequency_in_training():
    groups = {
        name: [tag for tag, inside in zip(TAGS, columns, strict=True) if inside]
        for name, columns in group_tags(TAGS, COUNTS)
    }
    assert groups == {
        "frequent tags (50 to 100)": ["b", "d"],
        "middle tags (9 to 9)": ["a", "e"],
        "rare tags (0 to 1)": ["c", "f"],
    }


def test_a_slice_knows_how_many_questions_it_is_of():
    parts = list_slices(add_texts(make_predictions()), TAGS, COUNTS)
    assert {part.name: part.questions for part in parts} == {
        "month 2024-01": 40,
        "month 2024-02": 20,
        "code alone": 6,
        "title alone": 4,
        "frequent tags (50 to 100)": 20,
        "middle tags (9 to 9)": 20,
        "rare tags (0 to 1)": 20,
    }


def test_the_whole_is_that_of_a_comparison_of_all_metrics():
    first, second = observe_pair(make_predictions(share=0.5, seed=1), make_predictions(), TAGS)
    change = compare_f1(first, second, draws=200)
    row = compare_metrics(first, second, draws=200).set_index("metric").loc["f1_micro"]
    found = [change.first, change.second, change.change, change.low, change.high]
    assert found == pytest.approx(row[["first", "second", "change", "low", "high"]].tolist())


def test_a_slice_is_measured_on_its_rows_and_tags_alone():
    first, second = make_predictions(share=1), make_predictions(share=1)
    # The second fails on the second month, and on no other.
    second["suggested"] = [
        [] if month == "2024-02" else tags for month, tags in zip(second["month"], second["tags"], strict=True)
    ]
    parts = list_slices(add_texts(second), TAGS, COUNTS)
    found = {part.name: part for part in compare_slices(*observe_pair(first, second, TAGS), parts)}
    assert found["month 2024-01"].change.change == 0
    assert found["month 2024-02"].change.change == -1
    assert found["rare tags (0 to 1)"].change.second == pytest.approx(2 * 13 / (13 + 20))
    assert measure_f1(observe(second, TAGS), parts[1], draws=100) == (0, 0, 0)


def test_a_slice_without_a_question_has_no_figure():
    predictions = make_predictions()
    parts = list_slices(predictions.assign(text="prose", code=""), TAGS, COUNTS)
    found = compare_slices(*observe_pair(predictions, predictions, TAGS), parts)
    assert [part.name for part in found if part.change is None] == ["code alone", "title alone"]
