"""The report on a pull request: what is said of two revisions in a clone, and what a comment must not let through."""

import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from ops import report
from ops.markdown import escape, quote
from ops.pull import page, verdict
from ops.pull.changes import diff_stage, find_stale
from ops.pull.facts import gather_facts
from ops.pull.pictures import PICTURES, draw_pictures, group_scores
from ops.pull.side import RevisionError, Side, flatten, read_yaml
from ops.revisions import Source
from tagger.comparison import BETTER, SAME
from tests.clone import Clone

EVIL = "a|b `c` <img src=x> @you"


@pytest.mark.parametrize(
    ("text", "quoted", "escaped"),
    [
        ("python-3.x", "`python-3.x`", "python-3.x"),
        ("f1_micro", "`f1_micro`", "f1_micro"),
        ("a|b", "`a|b`", r"a\|b"),
        ("`", "`` ` ``", r"\`"),
        ("a``b`c", "```a``b`c```", r"a\`\`b\`c"),
        ("<b>", "`<b>`", r"\<b\>"),
        ("@you", "`@you`", "@<!-- -->you"),
        ("c# and #1", "`c# and #1`", "c# and #<!-- -->1"),
        ("![x](http://y)", "`![x](http://y)`", r"!\[x\](http\://y)"),
        ("_a_\nb", "`_a_ b`", r"\_a\_ b"),
        ("", "`  `", ""),
        ("x" * 500, f"`{'x' * 59}…`", "x" * 399 + "…"),
    ],
)
def test_what_users_named_is_no_markup(text, quoted, escaped):
    assert quote(text) == quoted
    assert escape(text) == escaped


def make_side(name="base", **facts):
    known = {"params": {}, "lock": {}, "test": {"estimate": "test"}, "data": {}, "drift": {}, "alarms": []}
    source = Source(name, None, lambda path: b"")
    return Side(source=source, **known | {"plan": {}, "tables": {}, "cost": {}} | facts)


def make_comparison(questions, first, second):
    """The counts alone."""
    sides = [SimpleNamespace(predictions=range(size)) for size in (first, second)]
    return SimpleNamespace(questions=questions, first=sides[0], second=sides[1], notes=[])


@pytest.mark.parametrize(
    ("head", "comparison", "reason"),
    [
        ({"test": {}}, None, "head left no metrics/test.json"),
        ({"test": {"estimate": "cv"}}, make_comparison(9, 9, 9), "estimate is test at base and cv at head"),
        (
            {},
            make_comparison(40, 100, 1000),
            "tested on other questions: only 40 questions are in both, of 100 at base",
        ),
        ({}, None, "why not"),
    ],
)
def test_what_was_not_measured_alike_is_not_compared(head, comparison, reason):
    judged = verdict.judge(make_side(), make_side("head", **head), comparison, "why not")
    assert judged.word == verdict.NOT_COMPARABLE
    assert judged.reason.startswith(reason)


def test_a_stage_says_what_is_new_and_from_what():
    base = {"deps": [{"path": "a.py", "md5": "1"}], "outs": [{"path": "o", "md5": "1"}]}
    head = {"deps": [{"path": "a.py", "md5": "2"}, {"path": "d", "md5": "1"}], "outs": [{"path": "o", "md5": "2"}]}
    ran = [{"params": {"params.yaml": {"split": {"test": months}, "model": "x"}}} for months in (1, 2)]
    change = diff_stage("train", base | ran[0], head | ran[1])
    assert change.as_dict() == {
        "stage": "train",
        "outs": ["o"],
        "code": ["a.py"],
        "data": ["d"],
        "params": ["split.test"],
    }
    assert list(find_stale(make_side(params={"split.test": 2, "model": "x"}, lock={"train": ran[0]}))) == [
        ("train", ["split.test"])
    ]


def test_a_tag_that_one_has_not_learned_is_missed_there():
    rows = {"trained": [10, 10], "true": [4, 4], "suggested": [4, 4], "hits": [4, 4]}
    base, head = pd.DataFrame({"tag": ["a", "b"]} | rows), pd.DataFrame({"tag": ["a", "null"]} | rows)
    scores = group_scores(base, head)
    assert scores["base"].to_list() == [1, 1, 0]
    assert scores["head"].to_list() == [1, 0, 1]


def test_a_page_too_long_for_a_comment_loses_its_longest_part():
    parts = page.fit({"a": "x" * 100, "b": "y" * 70_000})
    assert parts["a"] == "x" * 100
    assert parts["b"].startswith("Too long for a comment")


def test_a_file_with_the_marks_of_a_merge_is_told():
    source = Source("workspace", None, lambda path: b"<<<<<<< HEAD\nmodel: a\n=======\n")
    with pytest.raises(RevisionError, match=r"^params\.yaml of workspace cannot be read .*: mend it or"):
        read_yaml(source, "params.yaml")


def test_parameters_by_dotted_names():
    assert flatten({"a": {"b": 1, "c": {}}, "d": [1]}) == {"a.b": 1, "a.c": {}, "d": [1]}


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    """A clone with the small sample, of `dummy` at the tag dummy and of `linear` on main."""
    clone = Clone(tmp_path_factory.mktemp("report") / "clone", twin=small_clone)
    # The run-cache brings linear back, but not its cost.
    clone.run("cp metrics/cost.json ../cost.json")
    for model in ("dummy", "linear"):
        clone.set_params({"model": model})
        clone.run("dvc repro -q")
        clone.commit(model)
        clone.run(f"git tag {model}")
    clone.run("mv ../cost.json metrics/cost.json")
    return clone


@pytest.fixture
def there(clone, monkeypatch):
    """The clone as the current folder; what a test changes is undone."""
    monkeypatch.chdir(clone.folder)
    yield clone
    clone.run("git checkout -q . && dvc checkout -q -f data/predictions.parquet")


def tell(monkeypatch, capsys, *words):
    """What the command gives as JSON, and the page."""
    monkeypatch.setattr(sys, "argv", ["report", "--json", *words])
    report.main()
    said = json.loads(capsys.readouterr().out)
    return said, Path(said["report"]).read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_better_model_with_all_that_is_known_of_it(there, monkeypatch, capsys, tmp_path):
    said, written = tell(monkeypatch, capsys, "--base", "dummy", "--out", str(tmp_path))
    assert said["verdict"] == BETTER
    assert written.startswith("## Better\n\nmicro-F1 rose from ")
    for line in (
        "| `model`   | `dummy` | `linear` | `train` |",
        "Data: no difference",
        "- `train`: ",
        "| not measured |",
        "Better, ",
    ):
        assert line in written
    assert said["base"]["cost"] is None
    assert said["head"]["cost"]["seconds"]["total"] > 0
    assert said["drift"]["head"]["verdict"] in {"ok", "watch", "act"}
    assert {row["metric"]: row["verdict"] for row in said["metrics"]}["f1_micro"] == BETTER
    pictures = re.findall(r"!\[[^]]+\]\((.+)\)", written)
    assert pictures == list(PICTURES)
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in pictures)
    assert len(written) < page.LIMIT
    assert there.run("git status --porcelain") == ""


@pytest.mark.slow
def test_the_same_facts_give_the_same_bytes_and_tags_are_escaped(there, tmp_path):
    facts = gather_facts("dummy", "linear")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        draw_pictures(tmp_path / folder, facts)
    assert [(tmp_path / "a" / name).read_bytes() for name in PICTURES] == [
        (tmp_path / "b" / name).read_bytes() for name in PICTURES
    ]
    renamed = replace(facts.comparison, tags=facts.comparison.tags.assign(tag=EVIL))
    assert "| ``a\\|b `c` <img src=x> @you`` |" in page.draw_tags(replace(facts, comparison=renamed))


@pytest.mark.slow
def test_parameters_that_no_stage_reads_change_nothing_and_stale_figures_are_told(there, monkeypatch, capsys):
    there.set_params({"models": {"dummy": {EVIL: EVIL}, "linear": {"epochs": 9}}})
    said, written = tell(monkeypatch, capsys, "--base", "main")
    assert (said["verdict"], said["stages"]) == (SAME, [])
    assert "both suggest the same tags for each of" in said["reason"]
    assert (
        "| ``models.dummy.a\\|b `c` <img src=x> @you`` | not there | ``a\\|b `c` <img src=x> @you`` | no stage |"
        in written
    )
    assert "> Warning: stage train of head ran before models.linear.epochs changed in params.yaml" in written


@pytest.mark.slow
def test_nothing_that_differs_is_an_error(there, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["report", "--base", "linear"])
    with pytest.raises(SystemExit) as stopped:
        report.main()
    assert stopped.value.code == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("report: nothing differs between linear and workspace: the same parameters, metrics,")
    assert "git merge-base" in line


@pytest.mark.slow
def test_without_the_predictions_the_points_are_left(there, monkeypatch, capsys, tmp_path):
    shutil.move(there.folder / ".dvc/cache", tmp_path / "cache")
    there.set_params({"models": {"dummy": {"top": 4}}})
    said, written = tell(monkeypatch, capsys, "--base", "dummy")
    assert said["verdict"] == verdict.NOT_COMPARABLE
    assert said["reason"].startswith("data/predictions.parquet of dummy cannot be had")
    assert all(row["low"] is None and row["change"] is not None for row in said["metrics"])
    assert "whether a change is more than chance is not known" in written
    assert "dvc fetch --all-commits" in written
    said, written = tell(monkeypatch, capsys, "--base", "main")
    assert (said["verdict"], said["reason"]) == (SAME, "data/predictions.parquet is the same on both sides by dvc.lock")
    shutil.move(tmp_path / "cache", there.folder / ".dvc/cache")


@pytest.mark.slow
def test_other_questions_are_not_comparable_and_the_rest_is_there(there, monkeypatch, capsys):
    path = there.folder / "data/predictions.parquet"
    moved = pd.read_parquet(path).assign(question_id=lambda frame: frame["question_id"] + 10**12)
    path.unlink()
    moved.to_parquet(path)
    said, written = tell(monkeypatch, capsys, "--base", "dummy")
    assert written.startswith("## Not comparable\n\nno question is in both: ")
    assert said["params"] == [{"name": "model", "base": "dummy", "head": "linear"}]
    assert "### Drift" in written
