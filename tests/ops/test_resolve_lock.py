"""Conflicts in dvc.lock: what is taken from where, and in a clone, with the commands that people type."""

import shutil

import pytest
import yaml

from ops.lock_merge import Stage, describe, merge_locks, order_names
from tests.clone import SMALL, Clone, list_runs

EPOCHS, MONTHS = {"models": {"linear": {"epochs": 2}}}, {"drift": {"months": 1}}


def make_stage(name, dep, out, **params):
    """A stage that reads its own script, one other file, and params.yaml."""
    deps = {f"{name}.py": "code", dep: "raw" if dep == "raw" else None}
    return Stage(name, f"python {name}.py", deps, {"params.yaml": params}, frozenset([out]))


def make_entry(stage, out, **changes):
    """What dvc.lock has of a run of the stage: its deps as the stage has them but for `changes`."""
    deps = stage.deps | {path: md5 for path, md5 in changes.items() if path != "params"}
    return {
        "cmd": stage.cmd,
        "deps": [{"path": path, "md5": md5} for path, md5 in deps.items()],
        "params": changes.get("params", stage.params),
        "outs": [{"path": path, "md5": out} for path in stage.outs],
    }


CLEAN, TRAIN = make_stage("clean", "raw", "rows", stem=True), make_stage("train", "rows", "model", C=1)
TEST = make_stage("test", "model", "score")
OTHER, OLD = {"params": {"params.yaml": {"C": 2}}}, {"raw": "old"}


@pytest.mark.parametrize(
    ("ours", "theirs", "sides"),
    [
        pytest.param({}, {}, {"clean": "ours", "train": "ours", "test": "ours"}, id="alike"),
        pytest.param({"train": OTHER}, {}, {"clean": "ours", "train": "theirs", "test": "ours"}, id="their parameter"),
        pytest.param(
            {"clean": {"raw": "old"}}, {}, {"clean": "theirs", "train": "ours", "test": "ours"}, id="their file"
        ),
        pytest.param(
            {"train": OTHER},
            {"train": OTHER},
            {"clean": "ours", "train": None, "test": "ours?"},
            id="neither",
        ),
        pytest.param(
            {"train": OTHER | {"rows": "1"}},
            {"train": {"rows": "2"}},
            {"clean": "ours", "train": None, "test": "ours?"},
            id="trained on other rows",
        ),
        pytest.param(
            {"train": OTHER, "test": {"model": "0"}},
            {"train": {"out": "9"}, "test": {"model": "9"}},
            {"clean": "ours", "train": "theirs", "test": "theirs"},
            id="what follows goes with what it was made from",
        ),
    ],
)
def test_a_stage_is_taken_from_the_side_that_holds(ours, theirs, sides):
    choices = merge_locks([TEST, TRAIN, CLEAN], *({**make_lock(changes)} for changes in (ours, theirs)))
    found = {choice.stage.name: (choice.side or "") + "?" * choice.open or None for choice in choices}
    assert found == sides


def make_lock(changes):
    """A lock of the three stages; unless changed, each was made from what the one before made."""
    outs = {"clean": "1", "train": "1", "test": "1"}
    made = {"clean": {}, "train": {"rows": "1"}, "test": {"model": "1"}}
    entries = {}
    for stage in (CLEAN, TRAIN, TEST):
        changed = dict(changes.get(stage.name, {}))
        entries[stage.name] = make_entry(stage, changed.pop("out", outs[stage.name]), **made[stage.name] | changed)
    return entries


@pytest.mark.parametrize(
    "spoil",
    [
        lambda entry: entry | {"cmd": "python -O clean.py"},
        lambda entry: entry | {"deps": entry["deps"][1:]},
        lambda entry: entry | {"outs": [*entry["outs"], {"path": "more", "md5": "1"}]},
    ],
)
def test_an_entry_of_another_pipeline_does_not_hold(spoil):
    lock = make_lock({})
    [choice] = merge_locks([CLEAN], {"clean": spoil(lock["clean"])}, {})
    assert (choice.side, choice.entry) == (None, {"cmd": CLEAN.cmd})


def test_the_order_is_ours_and_a_stage_that_is_gone_goes():
    choices = merge_locks([CLEAN, TRAIN, TEST], make_lock({}), {})
    assert order_names(choices, {"gone": {}, "train": {}, "clean": {}}) == ["train", "clean", "test"]


def test_what_will_run_is_said():
    choices = merge_locks([CLEAN, TRAIN, TEST], make_lock({"train": OTHER}), {})
    assert list(describe(choices)) == [
        "ours: clean",
        "to be run: train",
        "to be run where those before come out otherwise: test",
    ]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with the branches `epochs`, `more` and `months`: a parameter of train, the same, one of drift."""
    clone = Clone(tmp_path_factory.mktemp("resolve") / "clone")
    clone.set_params(SMALL)
    clone.run("dvc repro -q")
    clone.commit("small")
    for name, values in (("epochs", EPOCHS), ("months", MONTHS), ("more", {"models": {"linear": {"epochs": 4}}})):
        clone.run(f"git checkout -q main && git checkout -q -b {name} && dvc checkout -q")
        clone.set_params(values)
        clone.run("dvc repro -q")
        clone.commit(name)
    # Nothing may come from DVC's run-cache, which a colleague's clone has not.
    shutil.rmtree(clone.folder / ".dvc/cache/runs")
    return clone


@pytest.fixture(autouse=True)
def forget(request):
    yield
    if "clone" in request.fixturenames:
        clone = request.getfixturevalue("clone")
        clone.run("git merge --abort; git rebase --abort; rm -f .git/info/attributes; git checkout -qf main; true")
        shutil.rmtree(clone.folder / ".dvc/cache/runs", ignore_errors=True)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """What the merged parameters give where nothing was merged."""
    fresh = Clone(tmp_path_factory.mktemp("resolve") / "fresh")
    for values in (SMALL, EPOCHS, MONTHS):
        fresh.set_params(values)
    fresh.run("dvc repro -q --force")
    return fresh


def read_results(folder):
    """dvc.lock and metrics/, but for what training costs, which no two runs share."""
    metrics = [path for path in sorted((folder / "metrics").rglob("*")) if path.is_file() and path.name != "cost.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in [folder / "dvc.lock", *metrics]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "command", "attributes"),
    [
        ("epochs", "git merge months", ""),
        ("months", "git merge epochs", ""),
        ("months", "git merge epochs", "dvc.lock merge\nmetrics/** merge\n"),
        ("months", "git rebase epochs", ""),
    ],
)
def test_a_merge_runs_what_neither_side_ran_and_gives_what_a_fresh_run_gives(clone, fresh, start, command, attributes):
    clone.run(f"git checkout -q {start} && dvc checkout -q && git branch -f before")
    (clone.folder / ".git/info").mkdir(exist_ok=True)
    (clone.folder / ".git/info/attributes").write_text(attributes)
    assert "CONFLICT" in clone.run(command, code=1)
    # With markers DVC reads nothing; without them, ours stands there.
    assert ("<<<<<<<" in (clone.folder / "dvc.lock").read_text()) == bool(attributes)
    printed = clone.run("python -m ops.resolve_lock")
    assert "to be run: drift\n" in printed
    assert clone.run("git diff --name-only --diff-filter=U") == ""
    assert list_runs(clone.run("dvc repro")) == ["drift"]
    assert read_results(clone.folder) == read_results(fresh.folder)
    clone.run("git add dvc.lock metrics && GIT_EDITOR=true git rebase --continue || git commit -q --no-edit")
    assert clone.run("git status --porcelain") == ""
    assert list_runs(clone.run("dvc repro")) == []
    clone.run(f"git checkout -qf -B {start} before")


@pytest.mark.slow
def test_a_conflict_in_params_is_left_to_the_person_and_then_nothing_runs(clone):
    clone.run("git checkout -q epochs && dvc checkout -q")
    clone.run("git merge more", code=1)
    lock = (clone.folder / "dvc.lock").read_bytes()
    printed = clone.run("python -m ops.resolve_lock", code=1)
    assert "params.yaml: only you can say what these should be" in printed
    assert "Traceback" not in printed
    assert (clone.folder / "dvc.lock").read_bytes() == lock
    clone.run("git checkout --theirs params.yaml && git add params.yaml")
    assert yaml.safe_load((clone.folder / "params.yaml").read_text())["models"]["linear"]["epochs"] == 4
    assert "to be run" not in clone.run("python -m ops.resolve_lock")
    assert list_runs(clone.run("dvc repro")) == []
    assert clone.run("git diff --stat more -- dvc.lock metrics") == ""


@pytest.mark.slow
def test_data_that_is_not_here_is_asked_for(clone):
    clone.run("git checkout -q months && dvc checkout -q")
    clone.run("git merge epochs", code=1)
    cache, away = clone.folder / ".dvc/cache/files", clone.folder.parent / "away"
    shutil.move(cache, away)
    printed = clone.run("python -m ops.resolve_lock")
    shutil.move(away, cache)
    assert "`dvc pull fetch clean" in printed


@pytest.mark.slow
def test_without_a_conflict_there_is_nothing_to_do(clone):
    assert "git says of no file that it is in conflict" in clone.run("python -m ops.resolve_lock", code=1)
