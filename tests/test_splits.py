import logging

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError, ParamsError
from tagger.months import month_range
from tagger.params import parse_section
from tagger.splits import SplitParams, assign_roles, plan_months

MONTHS = list(month_range("2023-01", "2024-12"))


def params(**values):
    return parse_section(SplitParams, {"validation": 1, "test": 1, "followed": 12} | values, "split")


def rows_of(months, each=10):
    count = len(months) * each
    created = pd.to_datetime(np.repeat([f"{month}-01" for month in months], each), utc=True)
    return pd.DataFrame({"question_id": np.arange(count), "created": created, "month": np.repeat(months, each)})


@pytest.mark.parametrize(
    ("months", "values", "sizes"),
    [
        (24, {}, (10, 1, 1, 12)),
        (24, {"validation": 0.1}, (11, 0, 1, 12)),
        (24, {"validation": 2, "test": 3, "followed": 0}, (19, 2, 3, 0)),
        (8, {}, (1, 1, 1, 5)),
        (3, {}, (1, 1, 1, 0)),
    ],
)
def test_months_are_dealt_out_from_the_last(months, values, sizes):
    plan = plan_months(MONTHS[:months], params(**values))
    dealt = (plan.train, plan.validation, plan.test, plan.followed)
    assert tuple(map(len, dealt)) == sizes
    assert [month for role in dealt for month in role] == MONTHS[:months]


def test_a_shrunk_follow_up_is_logged(caplog):
    with caplog.at_level(logging.WARNING):
        plan_months(MONTHS[:8], params())
    assert "split.followed shrinks from 12 to 5" in caplog.text


def test_too_few_months_are_refused_with_the_figure():
    with pytest.raises(DataError, match=r"split needs 3 months .* and there are 2"):
        plan_months(MONTHS[:2], params())


@pytest.mark.parametrize("values", [{"validation": 1.5}, {"validation": -1}, {"test": 0}, {"method": "chance"}])
def test_bad_values_are_refused(values):
    with pytest.raises(ParamsError, match=f"split.{next(iter(values))}"):
        params(**values)


def test_time_keeps_the_months_apart():
    split = params()
    plan = plan_months(MONTHS[:12], split)
    table = assign_roles(rows_of(plan.learned), plan, split)
    months = table.groupby("role")["month"].agg(["min", "max"])
    assert months.loc["train", "max"] < months.loc["validation", "min"]
    assert months.loc["validation", "max"] < months.loc["test", "min"]


def test_a_share_takes_the_latest_training_rows():
    split = params(validation=0.1, followed=0)
    plan = plan_months(MONTHS[:6], split)
    table = assign_roles(rows_of(plan.learned), plan, split)
    assert table.loc[table["role"] == "validation", "question_id"].tolist() == [45, 46, 47, 48, 49]
    assert table["role"].value_counts().to_dict() == {"train": 45, "validation": 5, "test": 10}


@given(st.integers(3, 24), st.sampled_from([0, 1, 0.2]), st.sampled_from(["time", "random"]), st.integers(0, 3))
def test_every_question_gets_one_role_and_a_random_split_the_same_sizes(count, validation, method, seed):
    split = params(validation=validation, followed=0, method=method, seed=seed)
    plan = plan_months(MONTHS[:count], split)
    rows = rows_of(plan.learned)
    table = assign_roles(rows, plan, split)
    assert table["question_id"].tolist() == rows["question_id"].tolist()
    by_time = assign_roles(rows, plan, params(validation=validation, followed=0))
    assert table["role"].value_counts().to_dict() == by_time["role"].value_counts().to_dict()


def test_a_role_without_a_question_is_refused():
    split = params()
    plan = plan_months(MONTHS[:6], split)
    rows = rows_of(plan.learned)
    with pytest.raises(DataError, match=r"no question for test: .* change split\.test"):
        assign_roles(rows[~rows["month"].isin(plan.test)], plan, split)
