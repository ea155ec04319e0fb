"""What DVC reruns, and what not: in a clone, with the commands that people type."""

from io import StringIO

import pandas as pd
import pytest
import yaml
from dvc.repo import Repo

from tests.clone import SMALL, Clone, list_runs, run_queue
from tests.imports import ROOT

pytestmark = pytest.mark.slow

AFTER_TRAIN = ["train", "evaluate", "drift"]


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    return Clone(tmp_path_factory.mktemp("repro") / "clone", twin=small_clone)


@pytest.fixture(autouse=True)
def restore(clone):
    """Every test begins and ends with what is committed."""
    yield
    clone.run("git checkout -q . && dvc checkout -q")


def test_a_second_repro_runs_nothing(clone):
    assert list_runs(clone.run("dvc repro")) == []
    assert clone.run("git status --porcelain") == ""


@pytest.mark.parametrize(
    ("values", "stages"),
    [
        ({"models": {"linearsvc": {"C": 9.0}}}, []),
        ({"sources": {"api": {"site": "ai"}}}, []),
        ({"drift": {"level": 0.01}}, ["drift"]),
        ({"validate": {"max_tags": 6}}, ["validate", "feedback"]),
        ({"feedback": {"weight": 2.0}}, ["feedback"]),
        ({"labels": {"coverage": 0.8}}, ["split", "featurize", *AFTER_TRAIN]),
        ({"thresholds": {"most": 10}}, ["train"]),
    ],
)
def test_a_changed_parameter_runs_what_reads_it(clone, values, stages):
    clone.set_params(values)
    runs = list_runs(clone.run("dvc repro"))
    # A stage whose outs came out the same stops the wave.
    assert runs[: len(stages)] == stages
    assert set(runs) <= set(stages) | set(AFTER_TRAIN)


def test_another_model_runs_train_and_what_follows_and_the_way_back_runs_nothing(clone):
    lock = (clone.folder / "dvc.lock").read_text()
    assert list_runs(clone.run("dvc exp run -S model=linearsvc")) == AFTER_TRAIN
    assert (clone.folder / "dvc.lock").read_text() != lock
    assert list_runs(clone.run("dvc exp run -S model=linear")) == []
    assert (clone.folder / "dvc.lock").read_text() == lock


def test_an_edited_module_marks_the_stages_that_import_it(clone, monkeypatch):
    monkeypatch.chdir(clone.folder)
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    chosen = {"${fetch.source}": "sample", "${model}": "linear"}
    edited = set()
    for path in (clone.folder / "tagger").rglob("*.py"):
        path.write_text(path.read_text() + "# edited\n")
        edited.add(str(path.relative_to(clone.folder)))
    with Repo() as repo:
        status = repo.status()
    for stage, entry in stages.items():
        expected = {fill(dep, chosen) for dep in entry["deps"]} & edited
        assert list_changed(status.get(stage, [])) == expected, stage


def list_changed(entries):
    """The modules that DVC names as the reason to run a stage."""
    changed = [entry["changed deps"] for entry in entries if "changed deps" in entry]
    return {name for names in changed for name in names if name.endswith(".py")}


def fill(dep, chosen):
    for template, value in chosen.items():
        dep = dep.replace(template, value)
    return dep


def test_an_edit_of_one_module_reruns_those_stages(clone):
    with (clone.folder / "tagger/thresholds.py").open("a") as file:
        file.write("# edited\n")
    # The digest of the sources stands in the model, so what reads the model runs too.
    assert list_runs(clone.run("dvc repro")) == AFTER_TRAIN


def test_a_queued_experiment_is_the_same_as_one_in_the_workspace_and_both_keep_their_cost(clone):
    clone.run("dvc exp run --queue -S model=dummy")
    assert "Success" in run_queue(clone, 1)
    clone.run("dvc exp run --force -S model=dummy --name workspace")
    shown = clone.run("dvc exp show --csv")
    table = pd.read_csv(StringIO(shown[shown.index("Experiment,") :]))
    tried = table[(table["params.yaml:model"] == "dummy") & table["State"].ne("Queued") & table["Experiment"].notna()]
    assert len(tried) == 2
    for name in ("f1_micro", "precision_at_1", "f1_micro_mean"):
        assert tried[name].nunique() == 1, name
    assert tried["seconds.total"].notna().all()
    assert clone.run("git status --porcelain metrics/cost.json") == ""


def test_metrics_and_plots_show_in_a_bare_clone(clone, tmp_path):
    clone.run(f"git clone -q {clone.folder} {tmp_path}/bare")
    bare = tmp_path / "bare"
    assert "f1_micro" in clone.run("dvc metrics show", cwd=bare)
    clone.run("dvc plots show", cwd=bare)
    page = (bare / "dvc_plots/index.html").read_text()
    for title in ("F1 by tag frequency", "Precision and recall", "Micro-F1 of the followed months"):
        assert title in page
    assert "up to date" in clone.run("dvc repro --dry --allow-missing", cwd=bare)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model": "brt"}, "brt"),
        ({"labels": {"coverage": 2}}, "labels.coverage is 2"),
        ({"labels": {"tip": 3}}, "labels.tip is unknown; labels takes coverage, min_corrections, top"),
        ({"fetch": {"from": "2025-01"}}, "2025-01 is after 2024-12: swap them"),
        ({"fetch": {"from": "2024-13"}}, "fetch.from is '2024-13', it should be a month such as 2024-05"),
        ({"fetch": {"source": "usenet"}}, "usenet"),
    ],
)
def test_bad_parameters_stop_the_run_and_keep_the_outs(clone, values, message):
    clone.set_params(values)
    assert message in clone.run("dvc repro", code=255)
    checked = clone.run("python -m ops.check", code=1)
    assert message in checked
    assert "Traceback" not in checked
    clone.run("git checkout -q . && dvc checkout")
    assert list_runs(clone.run("dvc repro")) == []


def test_two_clones_at_different_paths_make_the_same_lock(clone, tmp_path):
    other = Clone(tmp_path / "somewhere/else/deeper")
    other.set_params(SMALL)
    other.run("dvc repro --force")
    for name in ("dvc.lock", "metrics/test.json", "metrics/drift.json", "metrics/data.json"):
        assert (other.folder / name).read_bytes() == (clone.folder / name).read_bytes(), name
