"""The rules of promotion as tables: a figure, a bound, a verdict."""

import pytest

from tagger.errors import ParamsError
from tagger.gate import (
    PASSED,
    REFUSED,
    SKIPPED,
    PromotionParams,
    judge_baseline,
    judge_champion,
    judge_drift,
    judge_most,
    judge_slices,
    judge_strategy,
)
from tagger.params import parse_section
from tagger.slices import Change, Sliced


def make_change(change, low):
    return Change(0.5, 0.5 + change, change, low, change + 0.1)


@pytest.mark.parametrize(
    ("level", "estimate", "least", "verdict"),
    [
        ("limited", "test", "limited", PASSED),
        ("limited", "test", "standard", REFUSED),
        ("standard", "test", "standard", PASSED),
        ("standard", "test", "high", REFUSED),
        ("high", "test", "standard", PASSED),
        ("high", "cv", "standard", REFUSED),
    ],
)
def test_the_level_of_the_strategy_must_suffice(level, estimate, least, verdict):
    rule = judge_strategy("kfold", level, estimate, least)
    assert rule.verdict == verdict
    assert rule.figure == f"{level} (kfold), estimate {estimate}"


@pytest.mark.parametrize(
    ("change", "low", "delta", "champion", "baseline"),
    [
        (0.02, 0.001, 0.01, PASSED, PASSED),
        (0.02, 0.001, 0.02, PASSED, PASSED),
        (0.02, 0.001, 0.03, REFUSED, PASSED),
        (0.02, -0.001, 0.01, REFUSED, PASSED),
        (0.02, 0.0, 0.01, REFUSED, PASSED),
        (0.0, 0.0, 0.0, REFUSED, REFUSED),
        (-0.02, -0.1, 0.0, REFUSED, REFUSED),
    ],
)
def test_the_champion_must_be_beaten_surely_and_a_baseline_at_all(change, low, delta, champion, baseline):
    found = make_change(change, low)
    rule = judge_champion("tagger@v1.0.0", found, delta)
    assert (rule.name, rule.verdict) == ("champion tagger@v1.0.0", champion)
    assert rule.figure.startswith(f"{change:+.4f} ({low:+.4f} to ")
    assert judge_baseline("dummy", found).verdict == baseline


@pytest.mark.parametrize(
    ("questions", "change", "verdict"),
    [
        (30, 0.0, PASSED),
        (30, -0.05, PASSED),
        (30, -0.051, REFUSED),
        (29, -0.5, SKIPPED),
        (0, None, SKIPPED),
    ],
)
def test_a_slice_may_lose_epsilon_and_a_small_one_is_named(questions, change, verdict):
    found = None if change is None else make_change(change, change - 0.1)
    [rule] = judge_slices([Sliced("month 2024-01", questions, found)], epsilon=0.05, least=30)
    assert (rule.name, rule.verdict) == ("slice month 2024-01", verdict)
    assert f"{questions} questions" in rule.figure


@pytest.mark.parametrize(("value", "verdict"), [(9.9, PASSED), (10, PASSED), (10.1, REFUSED)])
def test_size_and_latency_have_a_bound(value, verdict):
    assert judge_most("size", value, 10, "MB").verdict == verdict


@pytest.mark.parametrize(("found", "verdict"), [("ok", PASSED), ("watch", PASSED), ("act", REFUSED), (None, SKIPPED)])
def test_a_month_that_says_act_refuses(found, verdict):
    assert judge_drift(found, "2024-12").verdict == verdict


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"baselines": ["dumy"]}, "'dumy' is none: choose among bert"),
        ({"delta": -1}, "promotion.delta is -1, it should be greater than or equal to 0"),
        ({"level": {"prod": "higher"}}, "promotion.level.prod is 'higher'"),
        ({"level": {"dev": "high"}}, "promotion.level.dev is unknown; promotion.level takes prod, staging"),
        ({"remote": "--all"}, "promotion.remote is '--all'"),
    ],
)
def test_a_slip_in_the_section_is_told(values, problem):
    with pytest.raises(ParamsError) as told:
        parse_section(PromotionParams, values, "promotion")
    assert problem in str(told.value)
