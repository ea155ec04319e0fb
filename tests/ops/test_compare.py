"""Two revisions side by side: what is said of them, and in a clone, with the commands that people type."""

import json
import shutil
import sys

import numpy as np
import pandas as pd
import pytest

from ops import compare
from ops.comparison import Comparison, compare_revisions, find_notes, label
from ops.markdown import draw_table
from ops.revisions import Revision
from tagger.comparison import BETTER, COMPARED, WORSE, compare_metrics, observe
from tagger.mcnemar import compare_tags
from tests.clone import Clone

TAGS_DIFFER = (
    "The learned tags differ: 2 only in HEAD, 1 only in other. "
    "All 4 count; one that a revision has not learned is missed there."
)
LONG = "somebody/a-branch-with-quite-a-long-name"


def make_revision(name="HEAD", suggested="a", tags=("a", "b"), questions=40, **facts):
    """A revision that suggests one tag for every question; every other question has it."""
    predictions = pd.DataFrame({"question_id": np.arange(questions)})
    predictions["tags"] = [["a"] if number % 2 else ["b"] for number in range(questions)]
    predictions["suggested"] = [[suggested]] * questions
    predictions["ranked"] = [[suggested]] * questions
    known = {"commit": "0123456789abcdef", "model": "linear", "metrics": {}, "cost": {}}
    return Revision(name=name, predictions=predictions, tags=list(tags), **known | facts)


def compare_made(first, second):
    """What compare_revisions gives of two such."""
    tags = sorted({*first.tags, *second.tags})
    outcomes = [observe(revision.predictions, tags) for revision in (first, second)]
    metrics, notes = compare_metrics(*outcomes, draws=100), ["A note."]
    return Comparison(first, second, 40, 100, metrics, compare_tags(*outcomes, tags), notes)


@pytest.mark.parametrize(
    ("first", "second", "notes"),
    [
        ({}, {}, []),
        (
            {"metrics": {"estimate": "test"}},
            {"metrics": {"estimate": "cv"}},
            ["Warning: estimate is test in HEAD and cv in other: not measured in the same way."],
        ),
        (
            {"questions": 42},
            {"questions": 41},
            ["Compared on the 40 questions of both; HEAD has 2 besides, other 1."],
        ),
        (
            {"tags": ["a", "b", "c"]},
            {"tags": ["b", "d"]},
            [TAGS_DIFFER],
        ),
    ],
)
def test_what_the_reader_must_know_is_said(first, second, notes):
    revisions = make_revision(**first), make_revision("other", **second)
    pairs = tuple(revision.predictions.head(40) for revision in revisions)
    tags = len({*revisions[0].tags, *revisions[1].tags})
    assert list(find_notes(*revisions, pairs, tags)) == notes


def test_questions_that_changed_their_own_tags_are_counted():
    first, second = make_revision(), make_revision("other")
    second.predictions.at[3, "tags"] = ["b"]
    [note] = find_notes(first, second, (first.predictions, second.predictions), 2)
    assert note.startswith("Of the questions, 1 have other tags")


def test_the_tables_fit_a_terminal_and_name_what_changed():
    first = make_revision(LONG, cost={"seconds": {"total": 2.5}, "memory_mb": 500, "device": "cpu"})
    second = make_revision("eighteen-letters-x", suggested="b", commit=None, model="dummy")
    printed = compare.draw_comparison(compare_made(first, second))
    assert max(map(len, printed.splitlines()[1:])) <= 120
    assert printed.startswith(f"{LONG} (0123456) against eighteen-letters-x, on 40 questions\n")
    for line in ("| model           |  linear |", "| training, s     |     2.5 |", "A note.", " better, "):
        assert line in printed


def test_tags_that_gained_or_lost_are_listed():
    first, second = make_revision(), make_revision("other")
    second.predictions["suggested"] = second.predictions["tags"]
    comparison = compare_made(first, second)
    assert "By tag: 2 of 2 tested" in compare.draw_comparison(comparison)
    assert "Better:\n\n| tag | true |" in compare.draw_comparison(comparison)
    assert "Worse:\n\n| tag | true |" in compare.draw_comparison(compare_made(second, first))
    listed = compare.list_comparison(comparison)
    assert json.loads(json.dumps(listed, allow_nan=False)) == listed
    assert {row["tag"]: row["verdict"] for row in listed["tags"]} == {"a": BETTER, "b": BETTER}


def test_a_long_name_gives_way_to_its_commit():
    assert [label(make_revision(name)) for name in ("HEAD", LONG)] == ["HEAD", "0123456"]
    assert label(make_revision(LONG, commit=None)) == LONG


def test_a_table_in_markdown():
    assert draw_table(["a", "b"], [["x|y", "1"]]).splitlines() == [
        "| a    |   b |",
        "| ---- | --: |",
        "| x\\|y |   1 |",
    ]


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    """A clone with the small sample committed, an experiment `dummy` besides, and `empty`, whose data nobody has."""
    clone = Clone(tmp_path_factory.mktemp("compare") / "clone", twin=small_clone)
    clone.run("git tag empty HEAD^")
    clone.run("dvc exp run -q -S model=dummy -n dummy evaluate && git checkout -q . && dvc checkout -q")
    return clone


@pytest.fixture
def there(clone, monkeypatch):
    """The clone as the current folder; what a test changes is undone."""
    monkeypatch.chdir(clone.folder)
    yield clone
    clone.run("git checkout -q . && dvc checkout -q -f data/predictions.parquet")


def stop(monkeypatch, capsys, *words):
    """What the command says on its way out."""
    monkeypatch.setattr(sys, "argv", ["compare", *words])
    with pytest.raises(SystemExit) as stopped:
        compare.main()
    assert stopped.value.code not in (0, None)
    [line] = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.slow
def test_an_experiment_is_worse_and_its_cost_stands_beside(there, tmp_path):
    printed = there.run(f"python -m ops.compare HEAD dummy --tags {tmp_path}/tags.csv")
    rows = {line.split("|")[1].strip(): line for line in printed.splitlines() if line.startswith("|")}
    assert rows["f1_micro"].endswith(" worse |")
    assert rows["precision_at_1"].endswith(" worse |")
    assert rows["training, s"].split("|")[2].strip() == "-"
    assert float(rows["training, s"].split("|")[3]) >= 0
    assert WORSE in set(pd.read_csv(tmp_path / "tags.csv")["verdict"])
    assert there.run("git status --porcelain") == ""


@pytest.mark.slow
def test_the_figures_are_those_of_both_revisions(there):
    comparison = compare_revisions("main", "dummy", draws=100)
    table = comparison.metrics.set_index("metric").round(6)
    for side, revision in (("first", comparison.first), ("second", comparison.second)):
        expected = {name: revision.metrics[name] for name in (*COMPARED, "roc_auc_micro")}
        assert table[side].to_dict() == expected


@pytest.mark.slow
def test_without_a_revision_it_is_head_against_the_workspace(there, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["compare", "--json", "--draws", "100"])
    compare.main()
    listed = json.loads(capsys.readouterr().out)
    assert [listed[side]["name"] for side in ("first", "second")] == ["HEAD", "workspace"]
    assert listed["notes"] == ["Both suggest the same tags for every question."]
    # The workspace has dummy's cost, which is not its model's.
    assert (there.folder / "metrics/cost.json").exists()
    assert listed["second"]["cost"] is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "compare: nowhere is no revision here (unknown Git revision 'nowhere'): name a commit, branch,"),
        (["main", "HEAD"], "compare: main and HEAD are both commit"),
        (["workspace"], "compare: workspace and workspace are both the workspace: name two"),
        (["empty"], "compare: data/predictions.parquet of empty cannot be had (neither in the cache nor in a remote)"),
    ],
)
def test_slips_are_told_in_one_line(there, monkeypatch, capsys, words, message):
    assert stop(monkeypatch, capsys, *words).startswith(message)


@pytest.mark.slow
def test_other_questions_are_told(there, monkeypatch, capsys):
    path = there.folder / "data/predictions.parquet"
    moved = pd.read_parquet(path).assign(question_id=lambda frame: frame["question_id"] + 10**12)
    path.unlink()
    moved.to_parquet(path)
    line = stop(monkeypatch, capsys)
    assert f"no question is in both: {len(moved)} in the first, {len(moved)} in the second; compare" in line


@pytest.mark.slow
def test_predictions_come_from_a_remote_or_the_remedy_is_told(there, monkeypatch, capsys, tmp_path):
    there.run(f"dvc remote add -q -d away {tmp_path}/away && dvc push -q data/predictions.parquet data/split")
    there.run("git commit -qam remote")
    shutil.move(there.folder / ".dvc/cache", tmp_path / "cache")
    assert compare_revisions("HEAD", "workspace", draws=100).questions > 0
    shutil.rmtree(tmp_path / "away")
    line = stop(monkeypatch, capsys, "HEAD")
    assert line.startswith("compare: data/predictions.parquet of HEAD cannot be had")
    assert "`dvc fetch --all-commits` brings what was pushed" in line
    shutil.move(tmp_path / "cache", there.folder / ".dvc/cache")
