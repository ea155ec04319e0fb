import json

import numpy as np
import pytest

from tagger.drift.findings import Scene
from tagger.drift.follow import Follower
from tagger.drift.news import find_news
from tagger.drift.watch import Watch
from tests.drift.views import PARAMS, grow_reference, make_model, make_month, put_tag, put_words
from tests.questions import make_questions

FRESH = "fresh words nobody said"
FRENCH = "Bonjour, je ne sais pas comment faire une liste de choses dans mon programme"


@pytest.fixture
def watch():
    model = make_model()
    return Watch(model.reference.view, PARAMS, model.tagger.tags)


@pytest.fixture
def follower():
    return Follower(make_model(), PARAMS)


def list_news(seen):
    return {name for name, rows in seen.news.items() if len(rows)}


def test_months_of_the_same_kind_bring_no_news(watch):
    for seed in range(2, 8):
        seen = watch.look(make_month(seed=seed))
        assert list_news(seen) == set()
        assert seen.like is None


def test_a_change_is_news_once_and_its_end_is_none(watch):
    changed = [
        make_month(seed=seed, month=f"2024-0{seed}", change=lambda q: put_words(q, 90, FRESH)) for seed in (3, 4)
    ]
    first, second = (watch.look(month) for month in changed)
    assert {"words", "unknown"} <= list_news(first)
    assert list_news(second) == set()
    assert len(second.significant["words"]) > 0
    assert (first.like, second.like) == ("2024-03", "2024-03")
    assert watch.look(make_month(seed=5)).like is None


def test_a_second_change_on_top_of_the_first_is_news_again(watch):
    watch.look(make_month(seed=3, month="2024-03", change=lambda q: put_words(q, 90, FRESH)))
    both = make_month(seed=4, month="2024-04", change=lambda q: put_words(put_words(q, 90, FRESH), 200, "other ones"))
    seen = watch.look(both)
    assert set(seen.news["words"]["name"]) == {"other", "ones"}
    assert seen.like == "2024-04"


def test_a_tag_is_news_once_and_again_when_it_changes_again(watch):
    shares = {"2024-03": 30, "2024-04": 30, "2024-05": 150}
    news = [
        watch.look(
            make_month(seed=int(month[-1]), month=month, change=lambda q, rows=rows: put_tag(q, rows, "rust"))
        ).news["tags"]
        for month, rows in shares.items()
    ]
    assert [rows["name"].tolist() for rows in news] == [["rust"], [], ["rust"]]


def test_a_renamed_tag_is_one_finding_that_names_both(watch):
    def rename(questions):
        return put_tag(questions, 0, "cpp", old="c++")

    month = make_month(change=rename)
    seen = watch.look(month)
    assert seen.renamed == {"cpp": "c++"}
    model = make_model()
    (finding,) = [
        f for f in find_news(seen, Scene(model.reference.view, month, model.tagger.tags, 84)) if "tag" in f.kind
    ]
    assert (finding.kind, finding.names) == ("renamed_tag", ["c++", "cpp"])
    assert finding.loss > 0.05
    assert "c++ is now called cpp" in finding.reason
    later = watch.look(make_month(seed=9, month="2024-03", change=rename))
    assert later.news["tags"].empty


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (lambda q: put_tag(q, 60, "rust"), "new_tag", "rust is new, in 20.0% of the questions"),
        (lambda q: put_tag(q, 0, "java", old="sql"), "dying_tag", "sql is dying"),
        (lambda q: put_words(q, 100, FRESH), "vocabulary", "more fresh"),
        (lambda q: q.assign(text="", text_tokens=""), "broken", "broken 0.0% became 100.0%"),
        (lambda q: q.assign(text=FRENCH), "questions", "language fr"),
        (lambda q: q.assign(tags=list(q["tags"][::-1])), "quality", "micro-F1"),
    ],
)  # fmt: skip
def test_each_kind_of_change_is_named_with_its_cost_and_what_to_do(follower, change, kind, words):
    record = follower.follow(make_month(change=change))
    found = {finding.kind: finding for finding in record.findings}
    assert kind in found
    assert words in found[kind].reason
    assert found[kind].action
    assert found[kind].p < PARAMS.level
    assert record.verdict in {"watch", "act"}
    json.dumps(record.as_dict(), allow_nan=False)


def test_broken_questions_ask_for_a_look_at_the_data_and_not_for_a_new_model(follower):
    record = follower.follow(make_month(change=lambda q: q.assign(text="", text_tokens="", title_tokens="")))
    assert record.verdict == "act"
    assert record.actions == ["look at the data: how the questions come in"]
    assert not record.train_again


def test_a_change_without_effect_is_watched_and_not_acted_on(follower):
    record = follower.follow(make_month(change=lambda q: put_words(q, 90, FRESH)))
    assert record.verdict == "watch"
    assert not record.train_again


def test_a_month_says_what_is_open_since_when(follower):
    follower.follow(make_month(seed=3, month="2024-03", change=lambda q: put_tag(q, 30, "rust")))
    record = follower.follow(make_month(seed=4, month="2024-04", change=lambda q: put_tag(q, 30, "rust")))
    assert record.verdict == "ok"
    assert [(entry["since"], entry["kind"], entry["names"]) for entry in record.open] == [
        ("2024-03", "new_tag", ["rust"])
    ]
    assert record.tags["new_tag"][0]["first_seen"] == "2024-03"
    assert follower.follow(make_month(seed=5, month="2024-05")).open == []


def test_tags_that_became_less_predictable_are_named(follower):
    def swap(questions):
        swapped = {"sql": "java", "java": "sql"}
        return questions.assign(tags=[[swapped.get(tag, tag) for tag in tags] for tags in questions["tags"]])

    record = follower.follow(make_month(change=swap))
    fallen = {row["tag"]: row for row in record.less_predictable}
    assert set(fallen) == {"java", "sql"}
    assert fallen["sql"]["f1"] < fallen["sql"]["f1_before"] - 0.3


def test_a_new_model_knows_what_was_news_before(follower):
    def change(questions):
        return put_tag(put_words(questions, 90, FRESH), 90, "rust")

    assert follower.follow(make_month(seed=3, month="2024-03", change=change)).verdict == "act"
    grown = grow_reference(make_model(), change(make_questions(300, 3, "2024-03")))
    record = follower.renew(grown).follow(make_month(seed=4, month="2024-04", change=change, model=grown))
    assert record.reference == ("2024-01", "2024-03")
    assert len(record.tags["rising_tag"]) == 1  # still more than in the reference
    assert record.findings == []


def test_the_estimate_has_its_past_error_beside_it(follower):
    first, second = (follower.follow(make_month(seed=seed, month=f"2024-0{seed}")) for seed in (3, 4))
    assert first.past_error is None
    assert second.past_error == pytest.approx(
        abs(first.quality["f1_micro"]["value"] - first.estimate.f1_micro), abs=1e-6
    )
    assert first.estimate.f1_micro == pytest.approx(first.quality["f1_micro"]["value"], abs=0.01)
    assert first.loss == pytest.approx(0, abs=0.01)
    assert np.isfinite([group["ece"] for group in first.calibration]).all()
