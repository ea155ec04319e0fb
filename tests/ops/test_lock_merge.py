"""What of two dvc.lock is taken from where."""

import pytest

from ops.lock_merge import Stage, describe, merge_locks, order_names


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
