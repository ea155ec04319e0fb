"""MLflow beside the pipeline: a sqlite file and a real server, told by the stages and read back by MLflow."""

import copy
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ops.check import find_problems
from stages.tracking import choose_params, describe_revision, track_test, track_training
from tagger.digest import digest_model
from tagger.io import read_json, read_months
from tagger.tagger import Tagger
from tagger.tracking import flatten
from tagger.tracking_store import reaching
from tests.conftest import run_stages, small_params
from tests.imports import ROOT
from tests.params import PARAMS
from tests.tracking import ask_afresh, serving

slow = pytest.mark.slow
TOP = 9


@dataclass(frozen=True)
class Tracked:
    """A folder in which train and evaluate have run, and the store that they told."""

    folder: Path
    uri: str
    said: dict

    def params(self, **mlflow):
        return small_params(tracking={"mlflow": {"uri": self.uri, "register": "tagger"} | mlflow})

    def find_runs(self, experiment="tagger"):
        """The newest first."""
        with reaching(self.uri) as client:
            found = client.get_experiment_by_name(experiment)
            return client.search_runs([found.experiment_id], order_by=["attributes.start_time DESC"]) if found else []

    def find_model(self):
        """The files of the first version."""
        with reaching(self.uri) as client:
            from mlflow.artifacts import download_artifacts

            version = client.get_model_version("tagger", "1")
            return Path(download_artifacts(version.source, dst_path=str(self.folder)))


def track(workspace, folder, uri):
    """Train and evaluate in a copy of a workspace."""
    shutil.copytree(workspace[0], folder, ignore=shutil.ignore_patterns("reports"))
    tracked = Tracked(folder, uri, {})
    tracked.said.update(run_stages(folder, tracked.params(), "train", "evaluate"))
    return tracked


@pytest.fixture(scope="module")
def file(workspace, tmp_path_factory):
    """Told into a sqlite file."""
    folder = tmp_path_factory.mktemp("file")
    return track(workspace, folder / "work", f"sqlite:///{folder}/new/mlflow.db")


@pytest.fixture(scope="module")
def server(workspace, tmp_path_factory):
    """Told to a server, which is up as long as this module's tests run."""
    folder = tmp_path_factory.mktemp("server")
    with serving(folder) as uri:
        yield track(workspace, folder / "work", uri)


@pytest.fixture(params=["file", "server"])
def tracked(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def questions(workspace):
    """Titles and bodies as they came."""
    raw = read_months(workspace[0] / "data/raw", ["2024-12"], ["title", "body"])
    return raw[["title", "body"]].iloc[:20].reset_index(drop=True)


def answer(folder, questions):
    """What Tagger says: its suggestions, and which of them its rule chooses."""
    tagger = Tagger.load(folder / "models/tagger")
    answers = []
    for title, body in questions.itertuples(index=False):
        suggested = tagger.suggest(title, body, TOP)
        chosen = tagger.rule.choose(tagger.score_question(title, body)[None]).indices
        names = {tagger.tags[tag] for tag in chosen}
        answers.append([{"tag": tag, "probability": p, "suggested": tag in names} for tag, p in suggested])
    return answers


@slow
def test_a_run_has_parameters_cost_metrics_and_origin(tracked):
    (run,) = tracked.find_runs()
    data, folder = run.data, tracked.folder
    params = small_params()
    assert run.info.status == "FINISHED"
    assert data.params["models.linear.epochs"] == str(params["models"]["linear"]["epochs"])
    assert {name: data.params[name] for name in ("model", "split.validation", "labels.top", "train.refit")} == {
        "model": "linear",
        "split.validation": "1",
        "labels.top": "null",
        "train.refit": "true",
    }
    assert not [name for name in data.params if name.startswith(("models.logreg", "sources.api", "drift", "tracking"))]
    test = {name.removeprefix("test/"): value for name, value in data.metrics.items() if name.startswith("test/")}
    measured = read_json(folder / "metrics/test.json")
    assert measured.pop("estimate") == "test"
    assert test == measured
    cost = read_json(folder / "metrics/cost.json")
    assert data.metrics["cost/seconds.total"] == cost["seconds"]["total"]
    assert data.metrics["cost/memory_mb"] == cost["memory_mb"]
    origin = read_json(folder / "models/tagger/model.json")
    assert data.tags["model_sha256"] == cost["model_sha256"] == digest_model(folder / "models/tagger")
    assert data.tags["data_sha256"] == origin["data_sha256"]
    assert tracked.said["evaluate"].startswith("48 questions")


@slow
def test_the_logged_model_has_schema_example_and_its_test_metrics(tracked):
    import mlflow

    (run,) = tracked.find_runs()
    with reaching(tracked.uri) as client:
        version = client.get_model_version("tagger", "1")
        info = mlflow.models.get_model_info("models:/tagger/1")
        logged = client.get_logged_model(client.get_run(version.run_id).outputs.model_outputs[0].model_id)
    assert version.run_id == run.info.run_id
    assert info.signature.inputs.input_names() == ["title", "body"]
    assert info.signature.outputs.input_names() == ["tags"]
    assert info.signature.params.to_dict()[0] | {"shape": None} == {
        "name": "top",
        "type": "long",
        "default": 5,
        "shape": None,
    }
    assert info.saved_input_example_info["artifact_path"] == "input_example.json"
    kept = {metric.key: metric.value for metric in logged.metrics}
    assert kept["test/f1_micro"] == read_json(tracked.folder / "metrics/test.json")["f1_micro"]


@slow
def test_mlflow_answers_what_the_tagger_answers(tracked, questions):
    import mlflow

    with reaching(tracked.uri):
        model = mlflow.pyfunc.load_model("models:/tagger/1")
        answers = model.predict(questions, params={"top": TOP})
        assert [len(row["tags"]) for row in model.predict(questions)] == [5] * len(questions)
    assert [row["tags"] for row in answers] == answer(tracked.folder, questions)
    assert any(tag["suggested"] for row in answers for tag in row["tags"])


@slow
def test_it_answers_without_the_repository(file, questions, tmp_path):
    said = ask_afresh(tmp_path / "empty", file.uri, "models:/tagger/1", questions.to_dict("list"))
    assert [row["tags"] for row in said["answers"]] == answer(file.folder, questions)
    assert not Path(said["tagger"]).is_relative_to(ROOT)
    known = packages_distributions()
    used = {package for module in said["modules"] for package in known.get(module, [])}
    pinned = {line.split("==")[0] for line in (file.find_model() / "requirements.txt").read_text().split()}
    listed = {line.split("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    # MLflow and pandas bring these along, tagger imports none of them to answer.
    brought = {"PyYAML", "tqdm", "lxml", "threadpoolctl", "SQLAlchemy", "alembic", "fastapi", "orjson", "uvicorn"}
    assert (used & listed) - pinned <= brought


@slow
def test_no_file_is_a_pickle(file):
    model = file.find_model()
    found = {path.relative_to(model).as_posix() for path in model.rglob("*") if path.is_file()}
    # Python writes those when another test loads the model.
    names = {name for name in found if "__pycache__" not in name}
    assert {"pyfunc.py", "code/tagger/tagger.py", "artifacts/tagger/model.json", "MLmodel"} <= names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib"))]
    flavor = yaml.safe_load((model / "MLmodel").read_text())["flavors"]["python_function"]
    assert "python_model" not in flavor
    assert {path.name for path in (model / "artifacts/tagger").iterdir()} == {
        path.name for path in (file.folder / "models/tagger").iterdir()
    }


@slow
def test_every_training_is_a_run_and_a_version_and_the_latest_is_evaluated(file, monkeypatch):
    model, cost = file.folder / "models/tagger", read_json(file.folder / "metrics/cost.json")
    monkeypatch.setenv("DVC_EXP_NAME", "faint-hope")
    params = file.params(experiment="again", register="counted")
    before = dict(os.environ), list(sys.path)
    for _ in range(2):
        track_training(params, model, cost)
    assert (dict(os.environ), sys.path) == before
    track_test(params, model, {"estimate": "test", "f1_micro": 0.5, "none": None})
    newest, oldest = file.find_runs("again")
    assert newest.info.run_name == newest.data.tags["dvc_experiment"] == "faint-hope"
    assert newest.data.metrics["test/f1_micro"] == 0.5
    assert "test/f1_micro" not in oldest.data.metrics
    with reaching(file.uri) as client:
        found = client.search_model_versions("name = 'counted'")
    assert {int(version.version): version.run_id for version in found} == {1: oldest.info.run_id, 2: newest.info.run_id}


@slow
def test_a_model_that_was_trained_without_is_told_and_gets_no_run(file, capsys):
    track_test(file.params(experiment="never"), file.folder / "models/tagger", {"f1_micro": 0.5})
    (line,) = capsys.readouterr().out.splitlines()
    assert f"no run of model {digest_model(file.folder / 'models/tagger')} at {file.uri}" in line
    assert file.find_runs("never") == []


@slow
@pytest.mark.parametrize("store", ["http://127.0.0.1:9", "sqlite:///no-database"])
def test_a_store_that_fails_costs_a_line_not_the_model(workspace, tmp_path, caplog, store):
    shutil.copytree(workspace[0], tmp_path / "work")
    shutil.rmtree(tmp_path / "work/models")
    (tmp_path / "work/no-database").write_text("a text of more than a hundred bytes " * 9)
    params = small_params(tracking={"mlflow": {"uri": store}})
    said = run_stages(tmp_path / "work", params, "train", "evaluate")
    assert said["train"].startswith("linear on cpu: ")
    assert Tagger.load(tmp_path / "work/models/tagger").suggest("A title", "<p>and a body</p>", 3)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    assert all(f"MLflow at {store} does not take it (" in line and "\n" not in line for line in messages)
    assert "`dvc repro -f -s train evaluate` writes the run" in messages[0]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"uri": "mlruns"}, "tracking.mlflow.uri is 'mlruns', it should be sqlite:///FILE, http://HOST"),
        ({"uri": "file:///tmp/mlruns"}, "tracking.mlflow.uri is 'file:///tmp/mlruns'"),
        ({"uri": "sqlite:///"}, "tracking.mlflow.uri is 'sqlite:///'"),
        ({"uri": "https://me:secret@example.org"}, "MLFLOW_TRACKING_PASSWORD"),
        ({"register": "a/b"}, "tracking.mlflow.register is 'a/b'"),
        ({"experiment": ""}, "tracking.mlflow.experiment is ''"),
        ({"url": None}, "tracking.mlflow.url is unknown; tracking.mlflow takes experiment, register, uri"),
    ],
)
def test_a_slip_is_refused_in_one_line(values, problem):
    params = copy.deepcopy(PARAMS)
    params["tracking"]["mlflow"] |= values
    (line,) = find_problems(params)
    assert problem in line
    assert "\n" not in line


@pytest.mark.parametrize("uri", [None, "sqlite:///mlflow.db", "sqlite:////var/mlflow.db", "https://example.org/mlflow"])
def test_stores_that_are_taken(uri):
    params = copy.deepcopy(PARAMS)
    params["tracking"]["mlflow"]["uri"] = uri
    assert list(find_problems(params)) == []


def test_where_it_is_off_mlflow_is_not_imported():
    code = (
        "import sys; from pathlib import Path; import stages.train, stages.evaluate\n"
        "from stages.tracking import track_test, track_training\n"
        "track_training({}, Path('none'), {}); track_test({}, Path('none'), {})\n"
        "assert 'mlflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_parameters_are_those_of_the_chosen_model_and_source():
    chosen = choose_params(PARAMS | {"model": "cnn"})
    flat = flatten(chosen)
    assert flat["models.cnn.widths"] == [1, 2, 3]
    assert list(chosen["models"]) == ["cnn"]
    assert list(chosen["sources"]) == ["sample"]
    assert not {"drift", "tracking"} & set(chosen)


def test_the_revision_and_what_differs_from_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_EXP_NAME", raising=False)
    assert describe_revision() == {}
    (tmp_path / "dvc.lock").touch()
    (tmp_path / "params.yaml").touch()
    author = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "start"]):
        subprocess.run(["git", *command], check=True)
    revision = describe_revision()
    assert len(revision["git_revision"]) == 40
    assert revision["git_dirty"] == "false"
    (tmp_path / "dvc.lock").write_text("written by DVC")
    assert describe_revision() == revision
    (tmp_path / "params.yaml").write_text("model: linear")
    assert describe_revision() == revision | {"git_dirty": "true"}


def test_the_example_has_the_columns_of_the_schema():
    from tagger.tracking import EXAMPLE

    assert list(pd.DataFrame([EXAMPLE])) == ["title", "body"]
