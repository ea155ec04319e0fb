"""Strategies and sweeps as people type them, in a clone."""

from io import StringIO

import pandas as pd
import pytest
import yaml

from tests.clone import Clone, list_runs, run_queue
from tests.imports import ROOT

pytestmark = pytest.mark.slow

SWEEP = "dvc exp run --queue -S 'model=linear,dummy' -S 'strategy=quick,rigorous'"


def make_clone(folder, small_clone):
    clone = Clone(folder, twin=small_clone)
    clone.set_params({"search": {"trials": 2}})
    clone.run("dvc repro")
    clone.commit("few")
    return clone


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    return make_clone(tmp_path_factory.mktemp("experiments") / "clone", small_clone)


def read_metrics(clone, name):
    return yaml.safe_load((clone.folder / f"metrics/{name}.json").read_text())


@pytest.mark.parametrize(
    ("strategy", "estimate", "level"),
    [("quick", "test", "limited"), ("kfold", "cv", "limited"), ("rigorous", "test", "high")],
)
def test_a_strategy_by_one_parameter(clone, strategy, estimate, level):
    ran = clone.run(f"dvc exp run -S strategy={strategy}")
    assert list_runs(ran)[0] == "split"
    assert f"strategy {strategy}: " in ran
    assert read_metrics(clone, "test")["estimate"] == estimate
    validation = read_metrics(clone, "validation")
    assert validation["level"] == level
    assert (validation["cv_f1_micro"] is not None) == (strategy != "quick")
    assert ("best of 3 trials: dvc exp run -S model=linear" in ran) == (strategy == "rigorous")


def test_the_way_back_runs_nothing(clone):
    clone.run("git checkout -q . && dvc checkout -q")
    clone.run("dvc exp run -S strategy=quick")
    assert list_runs(clone.run("dvc exp run -S strategy=train_val_test")) == []
    assert clone.run("git status --porcelain dvc.lock metrics") == ""


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("-S strategy=leave_one_out", "split.max_folds is 100: raise it, or choose kfold"),
        ("-S strategy=kfold -S strategies.kfold.folds=80", "split.min_questions is 20: lower it"),
        ("-S strategy=time_series -S strategies.time_series.folds=50", "time_series needs 51 months before the test"),
        ("-S strategy=quick -S search.method=grid", "leaves no question to compare trials on"),
        ("-S model=dummy -S search.method=grid", "spaces.dummy is empty"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_figure(clone, values, message):
    said = clone.run(f"dvc exp run {values}", code=255)
    assert message in said
    assert "Traceback" not in said
    clone.run("git checkout -q . && dvc checkout -q")


def sweep(clone):
    """The figures of the sweep's experiments, in a fixed order."""
    clone.run("git checkout -q . && dvc checkout -q && dvc exp remove -q -A")
    clone.run(SWEEP)
    assert run_queue(clone, 4, jobs=2).count("Success") == 4
    shown = clone.run("dvc exp show --csv")
    table = pd.read_csv(StringIO(shown[shown.index("Experiment,") :]))
    found = table[table["Experiment"].notna() & (table["rev"] != "workspace")]
    strategies = found["strategy"].isin(["quick", "rigorous"])
    return found[strategies].sort_values(["params.yaml:model", "strategy"])


def test_a_sweep_with_two_workers_gives_the_same_twice(clone, small_clone, tmp_path):
    first, second = sweep(clone), sweep(make_clone(tmp_path / "other", small_clone))
    assert first[["params.yaml:model", "strategy"]].values.tolist() == [
        [model, strategy] for model in ("dummy", "linear") for strategy in ("quick", "rigorous")
    ]
    figures = ["f1_micro", "precision_at_1", "f1_micro_mean", "cv_f1_micro"]
    pd.testing.assert_frame_equal(
        first[figures].reset_index(drop=True), second[figures].reset_index(drop=True), check_exact=True
    )
    lines = clone.run(f"COLUMNS=120 {make_experiments()}").splitlines()
    assert max(map(len, lines)) <= 120
    for word in ("strategy", "f1_micro", "rigorous", "dummy", "seconds.total"):
        assert any(word in line for line in lines), word


def make_experiments():
    """The command of `make experiments`."""
    text = (ROOT / "Makefile").read_text()
    recipe = text[text.index("dvc exp show") :].split("\n\n")[0]
    return recipe.replace("\\\n", " ").replace("$$", "$")
