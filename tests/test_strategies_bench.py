import argparse

import numpy as np
import pandas as pd
import pytest

from bench.build import read_params
from bench.estimates import describe_model
from bench.periods import Cut, number_periods, write_periods
from bench.strategies import set_params
from tagger.io import read_table, write_table
from tagger.tables import CLEAN, make_table
from tests.questions import make_questions

CUT = Cut(test="2024-01-05", later="2024-01-07", rows=5, periods=2)
TRAINED = {"folds": 5, "fits": 1234, "cv": 0.7, "sd": 0.0123, "seconds": 8.2, "memory_mb": 1500, "cpu_s": 12.0}
LATER = {"f1_micro": [0.65, 0.64, 0.66], "f1_at_5": [0.4, 0.39, 0.41]}


def make_days(days):
    """One question a day of January, ids against time."""
    created = [pd.Timestamp(f"2024-01-{day:02d}", tz="UTC") for day in days]
    return pd.DataFrame({"question_id": -np.arange(len(days)), "created": created})


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        ([1, 2, 3, 4, 4, 4, 5, 6, 7, 9], [0, 1, 1, 2, 2, 1, 3, 3, 4, 4]),  # of one moment, by id
        ([9, 7, 6, 5, 4, 1], [4, 4, 3, 3, 2, 1]),
    ],
)
def test_periods_follow_time(days, periods):
    assert number_periods(make_days(days), CUT).tolist() == periods


def test_periods_are_files_in_place_of_months(tmp_path):
    questions = make_questions(12)
    questions["created"] = pd.to_datetime([f"2024-01-{day:02d}" for day in range(1, 13)], utc=True)
    write_table(tmp_path / "clean/2024-01.parquet", make_table(questions, CLEAN))
    for periods in (4, 2):
        found = write_periods(tmp_path / "clean", tmp_path / "out", Cut("2024-01-05", "2024-01-07", 4, periods))
    assert found["questions"].tolist() == [2, 2, 2, 6]
    names = [path.name for path in sorted((tmp_path / "out").iterdir())]
    assert names == ["01.parquet", "02.parquet", "03.parquet", "04.parquet"]
    assert read_table(tmp_path / "out/04.parquet")["question_id"].tolist() == questions["question_id"].tolist()[6:]


def test_no_strategy_reads_the_later_period():
    args = argparse.Namespace(draws=3, search="none", trials=2, top=9)
    params = set_params(read_params(), args, "dummy", "kfold:time")
    assert (params["strategy"], params["model"], params["labels"]["top"]) == ("kfold", "dummy", 9)
    assert [params["split"][key] for key in ("test", "followed", "fold_by")] == [1, 1, "time"]
    assert params["strategies"]["bootstrap"]["draws"] == 3
    assert read_params()["strategies"]["bootstrap"]["draws"] != 3


@pytest.mark.parametrize(
    ("figures", "cells"),
    [
        (
            TRAINED | {"test": {"f1_micro": [0.6, 0.59, 0.61]}, "later": LATER},
            ("5 | 1,234 | .700 (.012) | +.050 | .600 (.590 to .610) | -.050 | .650 (.640 to .660) | .400 | 12 | 1,500"),
        ),
        (
            TRAINED | {"cv": None, "sd": None, "test": None, "later": LATER},
            "5 | 1,234 | - | - | - | - | .650 (.640 to .660) | .400 | 12 | 1,500",
        ),
        ({"refused": "split: too many"}, "refused | - | - | - | - | - | - | - | - | -"),
    ],
)
def test_a_strategy_is_a_row(figures, cells):
    lines = describe_model({"name": figures})
    assert lines[2] == f"| `name` | {cells} |"
    assert lines[3:] == (["", "Refused:", "", "- `name`: split: too many"] if "refused" in figures else [])
