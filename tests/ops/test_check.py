import copy

import pytest

from ops.check import find_problems
from tests.params import PARAMS


def test_the_default_is_sound():
    assert list(find_problems(PARAMS)) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (
            "model",
            "brt",
            "model is 'brt'; choose one of bert, bilstm, blend, cnn",
        ),
        ("fetch.source", "usenet", "fetch.source is 'usenet'; choose one of api, csv, dump, sample"),
        ("models.brt", {}, "models.brt is unknown; models takes bert, bilstm"),
        ("models.logreg.c", 1, "models.logreg.c is unknown; models.logreg takes C, class_weight"),
        ("sources.csv.columns.boddy", "x", "sources.csv.columns.boddy is unknown; sources.csv.columns takes"),
        ("speed", 9, "speed is unknown; the sections are"),
        ("split.validation", 1.5, "split.validation is 1.5, it should be a whole number of months"),
        ("fetch.to", "2022-01", "should have from <= to, but 2023-01 is after 2022-01: swap them"),
        ("features.text.min_df", 0, "features.text.min_df is 0, it should be greater than or equal to 1"),
        ("feedback.weight", 0, "feedback.weight is 0, it should be greater than 0"),
        ("feedback", None, "feedback.enabled is missing"),
        ("labels", None, "labels.coverage is missing"),
        ("drift.source", "live", "drift.source is 'live', it should be 'followed' or 'service'"),
    ],
)
def test_a_slip_is_one_line_that_names_it(path, value, problem):
    params = copy.deepcopy(PARAMS)
    section, _, name = path.rpartition(".")
    target = params
    for part in filter(None, section.split(".")):
        target = target[part]
    target[name] = value
    (first, *_) = problems = list(find_problems(params))
    assert problem in first
    assert all("\n" not in line for line in problems)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, "drift.source is service and data/traffic/service is not there: `python -m service.export` writes it"),
        ({"traffic": "/nowhere"}, "drift.source is service and /nowhere/service is not there"),
        ({"scheme": "rolling"}, "drift.scheme is 'rolling', it should be fixed where drift.source is service: its"),
    ],
)
def test_traffic_that_cannot_be_followed_is_told(values, problem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    params = PARAMS | {"drift": PARAMS["drift"] | {"source": "service"} | values}
    (found,) = find_problems(params)
    assert problem in found
    assert "\n" not in found


def test_traffic_that_is_there_is_fine(tmp_path):
    (tmp_path / "service").mkdir()
    drift = PARAMS["drift"] | {"source": "service", "traffic": str(tmp_path)}
    assert list(find_problems(PARAMS | {"drift": drift})) == []


def test_a_model_without_its_section_is_told():
    params = copy.deepcopy(PARAMS)
    del params["models"]["dummy"]
    assert [problem for problem in find_problems(params) if "models.dummy is missing" in problem]
