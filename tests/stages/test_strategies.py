"""Each strategy through split, featurize, train, evaluate and drift, on the small sample."""

import shutil

import pytest

from tagger.errors import DataError
from tagger.io import read_json, read_table
from tagger.metrics import METRICS
from tagger.strategies import ROOMS
from tests.conftest import run_stages, small_params
from tests.params import PARAMS

FOLDED = ["split", "featurize", "train", "evaluate", "drift"]


@pytest.fixture
def copied(workspace, tmp_path):
    shutil.copytree(workspace[0], tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize("name", sorted(set(PARAMS["strategies"]) - {"leave_one_out", "balanced", "rigorous"}))
def test_a_strategy_trains_measures_and_is_followed(copied, name):
    params = small_params(strategy=name)
    for section in params["strategies"].values():
        section |= {"folds": 3} if "folds" in section else {}
        section |= {"draws": 3} if "draws" in section else {}
    said = run_stages(copied, params, *FOLDED)
    rooms = ROOMS[PARAMS["strategies"][name]["scheme"]]
    metrics = read_json(copied / "metrics/test.json")
    validation = read_json(copied / "metrics/validation.json")
    assert list(metrics) == ["estimate", *METRICS]
    assert metrics["estimate"] == ("test" if rooms.test else "cv")
    assert metrics["f1_micro"] > 0.5
    assert read_json(copied / "models/tagger/model.json")["level"] == params["strategies"][name]["level"]
    if not rooms.test:
        assert params["strategies"][name]["level"] == "limited"
        assert validation["cv_f1_micro"] == pytest.approx(metrics["f1_micro"], abs=0.002)
        assert "of the folds (no hold-out)" in said["evaluate"]
    answers = read_table(copied / "data/predictions.parquet")
    assert answers["question_id"].is_unique
    tested = set(read_json(copied / "data/split/plan.json")["test"])
    assert (set(answers["month"]) == tested) == rooms.test
    assert (tested <= set(answers["month"])) == (rooms.test or not rooms.sealed)
    assert said["drift"].startswith("12 months, ")


def test_one_by_one_is_for_few_questions(copied):
    with pytest.raises(DataError, match=r"leave_one_out makes 551 folds of 551 questions"):
        run_stages(copied, small_params(strategy="leave_one_out"), "split")
    params = small_params(strategy="leave_one_out", split={"max_folds": 600, "followed": 20}, model="dummy")
    said = run_stages(copied, params, "split", "featurize", "train", "evaluate")
    judged = sum(fold["questions"] for fold in read_json(copied / "metrics/validation.json")["folds"])
    assert f"{judged} folds" in said["split"]
