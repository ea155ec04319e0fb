"""Corrections through the stages on the small sample: learned from, never scored, and unable to spoil a model."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tagger.errors import DataError
from tagger.folds import FINAL
from tagger.io import read_json, read_months, read_table
from tagger.tables import CLEAN
from tagger.tagger import Tagger
from tagger.votes import write_votes
from tests.conftest import run_stages, small_params
from tests.params import PARAMS
from tests.votes import ask_about_quarkus, make_frame, make_vote, teach_quarkus, vote_on

VOTES = "data/feedback/enabled-true"
TRAINED = ["feedback", "split", "featurize", "train"]


@pytest.fixture
def copied(workspace, tmp_path):
    shutil.copytree(workspace[0], tmp_path / "copy")
    return tmp_path / "copy"


def with_feedback(**values):
    return small_params(feedback={"enabled": True} | values)


def read_bytes(folder: Path):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def read_rows(folder):
    rows = read_table(folder / "data/split/rows.parquet")
    return rows, set(read_table(folder / "data/corrections.parquet", ["question_id"])["question_id"])


def test_while_it_is_off_votes_change_not_a_byte(copied):
    before = read_bytes(copied / "data")
    write_votes(copied / VOTES, teach_quarkus(30, 3))
    said = run_stages(copied, small_params(), "feedback", "split", "featurize")
    assert said["feedback"] == "off, nothing is learned from it"
    shutil.rmtree(copied / VOTES)
    assert read_bytes(copied / "data") == before
    assert read_table(copied / "data/corrections.parquet").shape == (0, len(CLEAN.names))


def test_corrections_are_clean_questions_with_their_weight(copied):
    write_votes(copied / VOTES, make_frame(make_vote("ann", "to <i>join</i><pre>a &lt; b</pre>", minute=1)))
    said = run_stages(copied, with_feedback(min_callers=1, weight=2.5), "feedback")
    assert said["feedback"] == "1 questions from 1 corrections in 1 votes of 1 callers"
    (found,) = read_table(copied / "data/corrections.parquet").itertuples()
    assert (found.text, found.code, found.code_tokens, found.weight) == ("to join", "a < b", "a < b", 2.5)
    assert list(found.tags) == ["sql"]


def test_corrections_that_break_a_rule_are_passed_over_and_do_not_stop_the_run(copied):
    votes = [make_vote(name, tags=list("abcdef"), text="six tags") for name in ("ann", "bob")]
    votes += [make_vote(name, text="fine", minute=1) for name in ("ann", "bob")]
    write_votes(copied / VOTES, make_frame(*votes))
    said = run_stages(copied, with_feedback(), "feedback")
    assert said["feedback"].startswith("1 questions from 4 corrections in 4 votes of 2 callers; passed over: 1 against")
    assert read_table(copied / "data/corrections.parquet")["text"].tolist() == ["fine"]
    lifted = with_feedback() | {"validate": PARAMS["validate"] | {"max_tags": None}}
    assert run_stages(copied, lifted, "feedback")["feedback"].startswith("2 questions")


def test_no_vote_at_all_is_refused_and_no_usable_one_is_said(copied):
    with pytest.raises(DataError, match="enabled-true holds no vote"):
        run_stages(copied, with_feedback(), "feedback")
    before = read_bytes(copied / "data/split")
    write_votes(copied / VOTES, make_frame(make_vote(tags=None, rating="up")))
    said = run_stages(copied, with_feedback(), "feedback", "split")
    assert said["feedback"] == "0 questions from 0 corrections in 1 votes of 1 callers"
    assert read_bytes(copied / "data/split") == before


@pytest.mark.parametrize("name", sorted(set(PARAMS["strategies"]) - {"leave_one_out", "balanced", "rigorous"}))
@pytest.mark.parametrize("fold_by", ["random", "duplicates"])
def test_every_strategy_learns_from_corrections_and_scores_none(copied, name, fold_by):
    if name == "stratified_kfold" and fold_by != "random":
        pytest.skip("deals by tags alone")
    plain = small_params(strategy=name, split={"fold_by": fold_by})
    run_stages(copied, plain, "feedback", "split")
    before = read_table(copied / "data/split/rows.parquet")
    # One asks what a training question asks.
    twin = read_months(copied / "data/raw", ["2023-03"]).iloc[0]
    votes = [make_vote(f"caller {n}", title=twin["title"], body=twin["body"], minute=100 + n) for n in range(2)]
    write_votes(copied / VOTES, pd.concat([teach_quarkus(30, 3), make_frame(*votes)]))
    run_stages(copied, plain | {"feedback": PARAMS["feedback"] | {"enabled": True}}, "feedback", "split")
    rows, corrected = read_rows(copied)
    assert len(corrected) == 31
    added = rows[rows["question_id"].isin(corrected)]
    # All other rows are dealt as they were.
    rest = rows[~rows["question_id"].isin(corrected)].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, before)
    assert set(added["role"]) == {"train"}
    assert set(added["question_id"]) == corrected
    assert set(added.loc[added["fold"] == FINAL, "question_id"]) == corrected
    check_folds(rows, corrected, find_scoring(rows, int(twin["question_id"])))
    if name in {"kfold", "nested_cv"}:  # else the twin may be scored by none
        assert find_scoring(rows, int(twin["question_id"]))


def find_scoring(rows, twin):
    return set(rows.loc[(rows["question_id"] == twin) & (rows["role"] == "validation"), "fold"])


def check_folds(rows, corrected, scoring):
    """Each fold learns from every correction but the one whose question it scores, or the fold that it lies in does."""
    folds = rows[rows["fold"] != FINAL]
    sizes = folds[folds["question_id"].isin(corrected)].groupby("fold")["question_id"].nunique()
    for fold, parent in set(zip(folds["fold"], folds["parent"], strict=True)):
        assert sizes[fold] == len(corrected) - bool(scoring & {fold, parent})


@pytest.mark.parametrize("strategy", ["train_val_test", "kfold_full", "nested_cv"])
def test_what_is_learned_and_scored_with_corrections(copied, strategy):
    write_votes(copied / VOTES, teach_quarkus(30, 3))
    params = with_feedback() | {"strategy": strategy}
    for section in params["strategies"].values():
        section |= {"folds": 3} if "folds" in section else {}
    said = run_stages(copied, params, *TRAINED, "evaluate", "drift")
    assert "30 of the training questions are corrections" in said["split"]
    rows, corrected = read_rows(copied)
    answered = read_table(copied / "data/predictions.parquet")
    assert not set(answered["question_id"]) & corrected
    assert "corrections" not in set(answered["month"])
    final = rows[(rows["fold"] == FINAL) & (rows["role"] != "test")]
    assert said["train"].endswith(f"{len(final):,} questions, {len(read_tags(copied)):,} tags")
    tagger = Tagger.load(copied / "models/tagger")
    asked = [dict(tagger.suggest(*ask_about_quarkus(number), 2)) for number in range(100, 120)]
    assert np.mean([names.get("quarkus", 0) > 0.5 for names in asked]) > 0.9


def read_tags(folder):
    return set(read_table(folder / "data/split/tags.parquet")["tag"])


@pytest.mark.parametrize(
    ("role", "passed"), [("train", 0), ("validation", 20), ("test", 20), ("followed", 20)], ids=lambda value: str(value)
)
def test_a_correction_of_a_question_that_is_held_out_is_passed_over(copied, role, passed):
    month = read_json(copied / "data/split/plan.json")[role][0]
    asked = read_months(copied / "data/raw", [month]).head(20)
    votes = [
        make_vote(f"caller {n}", title=f" {row.title} ", body=f"{row.body}\n", minute=row.Index)
        for row in asked.itertuples()
        for n in range(2)
    ]
    write_votes(copied / VOTES, make_frame(*votes))
    said = run_stages(copied, with_feedback(), "feedback", "split")["split"]
    assert f"; {20 - passed} of the training questions are corrections" in said
    assert ("(20 more ask what a held-out question asks, and are passed over)" in said) == bool(passed)
    rows, _ = read_rows(copied)
    assert (rows["month"] == "corrections").sum() == 20 - passed


def test_the_tags_of_the_source_stay_and_new_ones_come_beside_them(copied):
    before = read_tags(copied)
    votes = teach_quarkus(9, 3)
    write_votes(copied / VOTES, votes)
    run_stages(copied, with_feedback(), "feedback", "split")
    assert read_tags(copied) == before
    write_votes(copied / VOTES, teach_quarkus(10, 3))
    run_stages(copied, with_feedback(), "feedback", "split")
    assert read_tags(copied) == before | {"quarkus"}
    run_stages(copied, with_feedback(most_per_caller=3), "feedback", "split")
    assert read_tags(copied) == before


def measure(folder, **values):
    run_stages(folder, with_feedback(**values), *TRAINED, "evaluate")
    return read_json(folder / "metrics/test.json")["f1_micro"]


def test_a_poisoner_changes_little_and_without_the_limits_much(copied):
    """500 corrections that take each tag for another one, of one caller and of many."""
    f1 = read_json(copied / "metrics/test.json")["f1_micro"]
    tags = read_table(copied / "data/split/tags.parquet")["tag"].tolist()
    turn = dict(zip(tags, np.roll(tags, 7), strict=True))
    months = read_json(copied / "data/split/plan.json")["train"]
    asked = read_months(copied / "data/raw", months).drop(columns="month").head(500)
    write_votes(copied / VOTES, vote_on(asked, turn, callers=1))
    unlimited = {"min_callers": 1, "most_per_caller": 10_000}
    assert measure(copied) == f1  # one caller alone brings up nothing
    assert measure(copied, min_callers=1) > f1 - 0.04
    assert measure(copied, **unlimited) < f1 - 0.1
    shutil.rmtree(copied / VOTES)
    write_votes(copied / VOTES, vote_on(asked, turn, callers=3))
    assert measure(copied, most_per_caller=10) > f1 - 0.04
    assert measure(copied, most_per_caller=10_000) < f1 - 0.1


def test_a_weight_is_heard_and_stands_in_the_digest_of_the_data(copied):
    write_votes(copied / VOTES, teach_quarkus(30, 3))
    found = []
    for weight in (0.01, 1.0, 1.0):
        run_stages(copied, with_feedback(weight=weight), *TRAINED)
        tagger = Tagger.load(copied / "models/tagger")
        scores = tagger.score_question(*ask_about_quarkus(100))
        digest = read_json(copied / "models/tagger/model.json")["data_sha256"]
        found.append((float(scores[tagger.tags.index("quarkus")]), digest))
    assert found[0][0] < 0.3 < 0.7 < found[1][0]
    assert found[0][1] != found[1][1]
    assert found[1] == found[2]
