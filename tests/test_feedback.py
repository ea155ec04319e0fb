"""Votes become questions: who counts, how often, what a majority is, what a rating is worth."""

import numpy as np
import pandas as pd
import pytest

from tagger.errors import ParamsError
from tagger.feedback import FeedbackParams, resolve_votes
from tagger.params import parse_section
from tagger.tables import RAW
from tagger.text import CleanParams
from tests.params import PARAMS
from tests.votes import START, make_frame, make_vote

CLEAN = CleanParams()


def make_params(**values):
    return parse_section(FeedbackParams, PARAMS["feedback"] | {"min_callers": 1} | values, "feedback")


def resolve(*votes, **params):
    table, notes = resolve_votes(make_frame(*votes), make_params(**params), CLEAN)
    return table.to_pandas(), notes


def find_tags(*votes, **params):
    """The tags of each text's question."""
    questions, _ = resolve(*votes, **params)
    return {body[3:-4]: list(tags) for body, tags in zip(questions["body"], questions["tags"], strict=True)}


UP, DOWN = {"tags": None, "rating": "up"}, {"tags": None, "rating": "down"}


@pytest.mark.parametrize(
    ("votes", "tags"),
    [
        # one caller is enough for a text that no other has corrected
        ([("ann", ["sql"])], ["sql"]),
        ([("ann", [" SQL ", "sql", "Joins"])], ["joins", "sql"]),
        # by tag, not by set: two of three agree on each
        ([("ann", ["sql", "joins"]), ("bob", ["sql", "mysql"]), ("eve", ["joins"])], ["joins", "sql"]),
        # half is no majority
        ([("ann", ["sql"]), ("bob", ["sql", "java"])], ["sql"]),
        ([("ann", ["sql"]), ("bob", ["java"])], None),
        # that no tag is right is an opinion, too
        ([("ann", ["sql"]), ("bob", []), ("eve", [])], None),
        # the same caller again: the latest counts
        ([("ann", ["sql"]), ("ann", ["java"])], ["java"]),
        ([("ann", ["java"]), ("bob", ["sql"]), ("ann", ["sql"])], ["sql"]),
        ([("ann", ["java"]), ("ann", ["java"]), ("bob", ["sql"]), ("eve", ["sql"])], ["sql"]),
        # ratings alone teach nothing
        ([("ann", UP)], None),
        ([("ann", DOWN)], None),
        ([("ann", UP), ("bob", UP), ("eve", UP)], None),
        # up counts half a vote for what was suggested (java), down nothing
        ([("ann", ["java", "sql"]), ("bob", UP)], ["java", "sql"]),
        ([("ann", ["java", "sql"]), ("bob", UP), ("eve", UP)], ["java"]),
        ([("ann", ["sql"]), ("bob", UP)], ["sql"]),
        ([("ann", ["sql"]), ("bob", DOWN), ("eve", DOWN)], ["sql"]),
        ([("ann", ["sql"]), ("ann", DOWN)], ["sql"]),
        ([("ann", ["sql"]), ("ann", UP), ("bob", ["sql"])], ["sql"]),
        # both at once: the tags say more
        ([("ann", {"tags": ["sql"], "rating": "down"})], ["sql"]),
    ],
)
def test_the_tags_that_a_majority_names_are_right(votes, tags):
    said = [
        make_vote(caller, minute=minute, **(said if isinstance(said, dict) else {"tags": said}))
        for minute, (caller, said) in enumerate(votes)
    ]
    assert find_tags(*said).get("how to join") == tags


@pytest.mark.parametrize(
    ("majority", "tags"), [(0.5, ["joins", "sql"]), (0.66, ["joins", "sql"]), (0.67, ["sql"]), (0.99, ["sql"])]
)
def test_a_larger_majority_may_be_asked_for(majority, tags):
    votes = [make_vote("ann", tags=["sql"]), make_vote("bob", tags=["sql", "joins"], minute=1)]
    votes.append(make_vote("eve", tags=["sql", "joins"], minute=2))
    assert find_tags(*votes, majority=majority) == {"how to join": tags}


def test_an_upvote_counts_what_the_parameter_says():
    votes = [make_vote("ann", tags=["sql"]), *(make_vote(name, minute=1, **UP) for name in ("bob", "eve", "joe"))]
    assert find_tags(*votes, upvote=0) == {"how to join": ["sql"]}
    assert find_tags(*votes, upvote=1) == {"how to join": ["java"]}


def test_a_question_is_a_row_of_the_raw_table_as_its_first_correction_has_it():
    table, notes = resolve_votes(
        make_frame(make_vote("ann", minute=1), make_vote("bob", minute=3), make_vote("eve", minute=9, **UP)),
        make_params(weight=2.5),
        CLEAN,
    )
    assert table.schema == RAW
    (question,) = table.to_pylist()
    assert question["question_id"] < 0
    assert question["body"] == "<p>how to join</p>"
    assert question["created"] == START + pd.Timedelta(minutes=1)
    assert (question["weight"], question["site"], question["score"]) == (2.5, "feedback", 0)
    assert notes == {
        "votes": 3,
        "callers": 3,
        "corrections": 2,
        "over_cap": 0,
        "no_majority": 0,
        "few_callers": 0,
        "questions": 1,
    }


def test_ids_are_of_the_text_as_it_reads_and_never_change():
    same = ["how to  join", "how <b>to</b> join", "how&#32;to join"]
    questions, _ = resolve(*(make_vote(f"c{row}", text, minute=row) for row, text in enumerate(same)))
    assert questions["question_id"].tolist() == [-7480038087881658975]
    others, _ = resolve(make_vote(text="how to merge"), make_vote(text="how to join", title="SQL", minute=1))
    assert others["question_id"].nunique() == 2
    assert not set(others["question_id"]) & set(questions["question_id"])


def test_ids_are_negative_and_distinct():
    votes = (make_vote(text=f"text {number}", minute=number) for number in range(500))
    questions, _ = resolve(*votes, most_per_caller=500)
    assert questions["question_id"].dtype == np.int64
    assert questions["question_id"].is_monotonic_increasing
    assert questions["question_id"].nunique() == 500
    assert questions["question_id"].max() < 0


def test_a_vote_without_a_text_is_none():
    questions, notes = resolve(make_vote(title=None, body=None), make_vote(title=" ", body="<p> </p>", minute=1))
    assert (len(questions), notes["votes"], notes["corrections"]) == (0, 2, 0)


def test_of_a_caller_the_latest_votes_count_and_ratings_take_no_place():
    votes = [make_vote("ann", f"text {number}", minute=number) for number in range(10)]
    ratings = [make_vote("ann", f"text {number}", minute=number, **UP) for number in range(20, 30)]
    others = [make_vote("bob", "text 100", minute=100)]
    questions, notes = resolve(*votes, *ratings, *others, most_per_caller=3)
    assert set(questions["body"]) == {f"<p>text {number}</p>" for number in (7, 8, 9, 100)}
    assert (notes["corrections"], notes["over_cap"]) == (11, 7)


def test_callers_who_are_not_known_are_one():
    votes = [make_vote(None, f"text {number}", minute=number) for number in range(10)]
    assert resolve(*votes, most_per_caller=3)[1]["questions"] == 3
    assert resolve(*votes, min_callers=2)[1] | {"votes": 0} == {
        "votes": 0,
        "callers": 0,
        "corrections": 10,
        "over_cap": 0,
        "no_majority": 0,
        "few_callers": 10,
        "questions": 0,
    }


def test_a_tag_of_too_few_callers_takes_its_question_out_whole():
    votes = [
        make_vote("ann", "one", ["sql", "spam"], 1),
        make_vote("ann", "two", ["sql"], 2),
        make_vote("bob", "three", ["sql"], 3),
        # many corrections of one caller do not make two
        *(make_vote("ann", f"more {number}", ["spam"], number) for number in range(10, 20)),
    ]
    assert find_tags(*votes, min_callers=2) == {"two": ["sql"], "three": ["sql"]}
    assert resolve(*votes, min_callers=2)[1]["few_callers"] == 11
    assert len(find_tags(*votes, min_callers=1)) == 13


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"weight": 0}, "feedback.weight is 0, it should be greater than 0"),
        ({"majority": 0.4}, "feedback.majority is 0.4"),
        ({"majority": 1}, "feedback.majority is 1"),
        ({"upvote": 2}, "feedback.upvote is 2"),
        ({"most_per_caller": 0}, "feedback.most_per_caller is 0"),
        ({"min_callers": 0}, "feedback.min_callers is 0"),
        ({"enabled": "maybe"}, "feedback.enabled is 'maybe'"),
        ({"enabled": 1}, "feedback.enabled is 1"),
        ({"path": ""}, "feedback.path is ''"),
        ({"wait": 1}, "feedback.wait is unknown; feedback takes enabled, majority"),
    ],
)
def test_bad_parameters_are_refused(values, message):
    with pytest.raises(ParamsError) as refused:
        make_params(**values)
    assert message in str(refused.value)
