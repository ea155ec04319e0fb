"""Spaces, and what becomes of trials."""

import numpy as np
import pytest

from tagger.errors import ParamsError
from tagger.strategies import StrategyParams
from tagger.tuning.params import Range, nest, read_search, read_space
from tagger.tuning.spaces import draw_point, list_points, list_values
from tagger.tuning.trials import FAILED, PRUNED, Trial, find_best, tabulate_trials, write_line
from tests.params import PARAMS


@pytest.mark.parametrize(
    ("dimension", "values"),
    [
        ([1, None, "a"], [1, None, "a"]),
        (Range(low=2, high=8), [2, 5, 8]),
        (Range(low=2, high=3), [2, 3]),
        (Range(low=0.0, high=1.0), [0, 0.5, 1]),
        (Range(low=0.01, high=1.0, log=True), [0.01, 0.1, 1]),
    ],
)
def test_the_points_of_a_grid(dimension, values):
    assert list_values(dimension) == values


def test_a_grid_has_every_combination():
    assert list_points({"a": [1, 2], "b": Range(low=1, high=3)}) == [
        {"a": a, "b": b} for a in (1, 2) for b in (1, 2, 3)
    ]


def test_what_is_drawn_lies_in_the_space_and_reaches_its_ends():
    space = {"a": ["x", "y"], "b": Range(low=2, high=4), "c": Range(low=0.001, high=1.0, log=True)}
    random = np.random.RandomState(0)
    drawn = [draw_point(space, random) for _ in range(500)]
    assert {point["a"] for point in drawn} == {"x", "y"}
    assert {point["b"] for point in drawn} == {2, 3, 4}
    small = np.mean([point["c"] < 0.0316 for point in drawn])
    assert 0.4 < small < 0.6
    assert all(0.001 <= point["c"] <= 1 for point in drawn)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"C": {"low": 2, "high": 1}}, r"spaces\.logreg.*should have low below high"),
        ({"C": {"low": 0, "high": 1.0, "log": True}}, r"should begin above 0"),
        ({"C": {"low": 1, "hi": 2}}, r"hi"),
        ({"C": 3}, r"C"),
    ],
)
def test_a_space_that_is_none_is_refused(values, message):
    with pytest.raises(ParamsError, match=message):
        read_space(values, "logreg")


def test_parameters_of_a_section_are_laid_over_it():
    assert nest({"linear.epochs": 3, "leaves": 7}, {"linear": {"epochs": 1, "loss": "x"}, "rounds": 9}) == {
        "linear": {"epochs": 3, "loss": "x"},
        "rounds": 9,
        "leaves": 7,
    }


@pytest.mark.parametrize(
    ("model", "method", "expected"), [("linear", None, "optuna"), ("dummy", None, "none"), ("dummy", "grid", "grid")]
)
def test_a_strategy_searches_where_there_is_something_to_search(model, method, expected):
    strategy = StrategyParams(scheme="train_val_test", level="standard", search="optuna")
    params = PARAMS | {"model": model, "search": {"method": method}}
    assert read_search(params, strategy).method == expected


TRIALS = [Trial({}, 0.5), Trial({"C": 1}, 0.9, 0.1, PRUNED), Trial({"C": 2}, 0.7), Trial({"C": 3}, None, None, FAILED)]


@pytest.mark.parametrize(("lower", "best"), [(False, 2), (True, 0)])
def test_the_best_is_one_that_was_tried_to_its_end(lower, best):
    assert find_best(TRIALS, lower) == best


def test_the_table_has_the_best_so_far():
    table = tabulate_trials(TRIALS, ["C"], lower=False)
    assert table["best"].tolist() == [0.5, 0.5, 0.7, 0.7]
    assert table["state"].tolist() == ["complete", "pruned", "complete", "failed"]


def test_the_line_to_type():
    line = write_line("linear", {"epochs": 3, "widths": [1, 2], "class_weight": None}, "balanced")
    assert line == (
        "dvc exp run -S model=linear -S strategy=balanced -S search.method=none -S models.linear.epochs=3 "
        "-S models.linear.widths='[1, 2]' -S models.linear.class_weight=null"
    )
