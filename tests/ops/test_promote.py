"""The gate in a clone that shares a remote: the first model, a better one, a worse one, what MLflow is told."""

import pytest
import yaml

from ops.promote import RefusedError, check_passed
from ops.promotion.aliases import point_aliases
from ops.promotion.baselines import KEPT, answer_baselines, describe_cost, train_baseline
from ops.promotion.candidate import read_candidate
from ops.promotion.champion import answer_as_champion, ask_model
from ops.promotion.gate import Judged
from tagger.errors import ModelError
from tagger.gate import PASSED, REFUSED, SKIPPED, Rule
from tagger.registry import point_alias
from tagger.tracking import MlflowParams
from tagger.tracking_store import reaching
from tests.clone import Shared, merge
from tests.params import PARAMS

slow = pytest.mark.slow
OPEN = {"level": {"prod": "standard"}, "min_questions": 10, "epsilon": 0.05}


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    """`weak` is in prod, `strong` besides; `main` is at strong."""
    clone = Shared(tmp_path_factory.mktemp("promote") / "clone", twin=small_clone)
    clone.weak = clone.train("weak", model="dummy", promotion=OPEN | {"baselines": []})
    clone.said = clone.run("python -m ops.promote --to prod")
    clone.strong = clone.train("strong", model="linear", promotion={"baselines": ["dummy"]})
    return clone


@pytest.fixture
def there(clone, monkeypatch):
    """The clone as the current folder, at `strong`; what a test changes is undone."""
    monkeypatch.chdir(clone.folder)
    yield clone
    clone.run(f"git checkout -qf main && git reset -q --hard {clone.strong} && git clean -fdq && dvc checkout -q -f")


def find_rows(printed):
    """The cells of each rule, by its name."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines() if line.startswith("|")]
    return {name: cells for name, *cells in rows}


@slow
def test_the_first_model_needs_no_champion_and_is_tagged_here_and_there(there):
    rows = find_rows(there.said)
    assert rows["champion"][0] == "none yet"
    assert rows["drift"][2] in (PASSED, SKIPPED)
    assert "tagger@v1.0.0 is in prod: tag tagger#prod#1" in there.said
    assert there.said.rstrip().endswith("on origin and here")
    shared = there.run("git ls-remote --tags origin")
    assert f"{there.weak}\trefs/tags/tagger#prod#1^{{}}" in shared
    assert f"{there.weak}\trefs/tags/tagger@v1.0.0^{{}}" in shared
    assert "tagger" in there.run("gto show")
    card = there.run("git for-each-ref --format='%(contents)' 'refs/tags/tagger@v1.0.0'")
    assert "# Model card: tagger (tagger@v1.0.0)" in card
    assert "made up by this repository" in card
    assert "| strategy " in there.run("git for-each-ref --format='%(contents)' 'refs/tags/tagger#prod#1'")


@slow
def test_a_better_one_is_promoted_after_a_dry_run_and_only_once(there):
    dry = there.run("python -m ops.promote --to prod --dry-run")
    assert "a dry run sets no tag" in dry
    assert "tagger#prod#2" not in there.run("git tag")
    rows = find_rows(dry)
    assert float(rows["champion tagger@v1.0.0"][0].split()[0]) > 0.2
    assert REFUSED not in {cells[2] for cells in rows.values()}
    assert "about" in dry  # the baselines' cost, told before they are trained
    printed = there.run("python -m ops.promote --to prod")
    assert "training dummy" not in printed  # kept
    assert "tagger@v2.0.0 is in prod: tag tagger#prod#2" in printed
    assert "is in prod already" in there.run("python -m ops.promote --to prod")
    assert there.run("git tag --points-at HEAD").split() == ["tagger#prod#2", "tagger@v2.0.0"]
    back = there.run("python -m ops.rollback")
    assert "prod is tagger@v1.0.0" in back
    assert "tag tagger#prod#3" in back
    assert there.run("git rev-parse 'tagger#prod#3^{commit}'").strip() == there.weak
    assert "nothing to go back to" in there.run("python -m ops.rollback", code=1)


@slow
def test_a_worse_one_is_refused_with_its_figures(there):
    there.run(
        "git tag -d $(git tag) && git push -q origin $(git ls-remote --tags --refs origin | sed 's/.*refs/:refs/')"
    )
    assert "tagger#prod#1" in there.run("python -m ops.promote --to prod")
    there.train("worse", model="dummy")
    *printed, code = there.run("python -m ops.promote --to prod; echo $?").splitlines()
    assert code == "3"
    rows = find_rows("\n".join(printed))
    figure, asked, verdict = rows["champion tagger@v1.0.0"]
    assert float(figure.split()[0]) < -0.2
    assert (asked, verdict) == ("at least +0.002, interval above 0", REFUSED)
    assert rows["baseline dummy"][2] == REFUSED  # it is the dummy
    assert rows["strategy"][2] == PASSED
    assert printed[-1].startswith("promote: refused by ")
    assert there.run("git tag --points-at HEAD") == ""


@slow
def test_what_is_not_committed_or_not_made_is_refused_in_one_line(there):
    there.set_params({"model": "logreg"})
    [line] = there.run("python -m ops.promote --to prod", code=1).splitlines()
    assert line.startswith("promote: params.yaml is not committed: a promotion names a commit")
    there.commit("not run")
    [line] = there.run("python -m ops.promote --to prod", code=1).splitlines()
    assert line.startswith("promote: train")
    assert "`dvc repro` and a commit what is new" in line


@slow
def test_a_baseline_is_what_the_pipeline_would_have_made(there):
    params = yaml.safe_load((there.folder / "params.yaml").read_text())
    kept = answer_baselines(["dummy"], params)["dummy"]
    champion, answers, notes = answer_as_champion(there.weak, "tagger@v1.0.0", read_candidate())
    assert champion.model == "dummy"
    assert notes == []
    assert kept.to_json() == answers.to_json()
    assert [path.name.split("-")[0] for path in KEPT.glob("dummy-*")]
    assert describe_cost(["dummy", "linear"]).endswith(f"and what linear takes; kept in {KEPT}")


@slow
def test_a_baseline_that_fails_is_told(there, tmp_path):
    params = merge(PARAMS, {"models": {"dummy": {"speed": 9}}})
    with pytest.raises(
        ModelError, match=r"the baseline dummy cannot be trained \(train: .*models.dummy.speed is unknown"
    ):
        train_baseline("dummy", params, tmp_path / "dummy.parquet")


@slow
def test_a_champion_tested_on_other_questions_is_asked_anew(there, monkeypatch):
    candidate = read_candidate()
    own = candidate.revision.predictions
    asked = ask_model(there.strong, "tagger@v2.0.0", candidate)
    assert asked["question_id"].tolist() == own["question_id"].tolist()
    for column in ("suggested", "ranked"):
        assert list(map(list, asked[column])) == list(map(list, own[column]))
    there.train("other months", split={"followed": 3})
    _, answers, notes = answer_as_champion(there.strong, "tagger@v2.0.0", read_candidate())
    said, advantage = notes
    assert (
        said == f"tagger@v2.0.0 was tested on other questions: its model is asked for the {len(answers)} of this one."
    )
    assert advantage == f"tagger@v2.0.0 has learned from {len(answers)} of them, which is to its advantage."


def test_every_rule_that_refuses_is_named():
    rules = [Rule("size", "1", "2", PASSED), Rule("drift", "act", "", REFUSED), Rule("slice x", "-1", "", REFUSED)]
    check_passed(Judged(rules[:1], []))
    with pytest.raises(RefusedError, match="refused by 2 of 3 rules: drift, slice x") as refused:
        check_passed(Judged(rules, []))
    assert refused.value.exit_code == 3


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with a run of each of two models."""
    store = MlflowParams(uri=f"sqlite:///{tmp_path_factory.mktemp('store')}/mlflow.db")
    with reaching(store.uri) as client:
        import mlflow

        class Echo(mlflow.pyfunc.PythonModel):
            def predict(self, model_input: list[str]) -> list[str]:
                return model_input

        experiment = client.create_experiment(store.experiment, f"{store.uri.removeprefix('sqlite:///')}-files")
        for digest in ("aaa", "bbb"):
            with mlflow.start_run(experiment_id=experiment, tags={"model_sha256": digest}):
                mlflow.pyfunc.log_model(
                    name="tagger", python_model=lambda model_input: model_input, pip_requirements=[]
                )
    return store


def find_aliased(store, alias):
    with reaching(store.uri) as client:
        version = client.get_model_version_by_alias("tagger", alias)
        return version.version, version.tags["version"]


@slow
def test_mlflow_is_told_which_version_is_champion(store, capsys):
    assert point_alias(store, "aaa", "prod", "tagger@v1.0.0") == "tagger 1, champion"
    assert point_alias(store, "bbb", "staging", "tagger@v2.0.0") == "tagger 2, challenger"
    assert point_alias(store, "bbb", "prod", "tagger@v2.0.0") == "tagger 2, champion"
    assert (str(find_aliased(store, "champion")[0]), find_aliased(store, "champion")[1]) == ("2", "tagger@v2.0.0")
    params = {"tracking": {"mlflow": {"uri": store.uri}}}
    point_aliases(params, "aaa", "prod", "tagger@v1.0.0")
    point_aliases(params, "ccc", "prod", "tagger@v3.0.0")
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("tagger@v1.0.0 is tagger 1, champion")
    assert second.startswith("MLflow has no run of model ccc at sqlite:///")
    assert find_aliased(store, "champion")[1] == "tagger@v1.0.0"


@slow
def test_a_store_that_fails_is_a_line_and_tracking_that_is_off_is_none(tmp_path, capsys):
    (tmp_path / "file").write_text("no database")
    point_aliases({"tracking": {"mlflow": {"uri": f"sqlite:///{tmp_path}/file"}}}, "aaa", "prod", "tagger@v1.0.0")
    point_aliases({}, "aaa", "prod", "tagger@v1.0.0")
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("the tags are set, the alias in MLflow is not: MLflow at sqlite:///")
