"""Either database's questions as files: added to what was exported before, with what was said of them."""

from datetime import timedelta

import pytest

from service.export import __main__ as export
from service.state.store import Store
from tagger.traffic import read_file
from tests.service.test_export import ASKED, make_feedback, make_prediction, state

__all__ = ["state"]  # a fixture
LATER = ASKED + timedelta(seconds=2)  # in the next month


@pytest.fixture
def store(state, url, monkeypatch):
    monkeypatch.setenv("TAGGER_DATABASE", url)
    store = Store(url)
    store.insert("predictions", [make_prediction("p1"), make_prediction("p2", body="")])
    yield store
    store.close()


def run(capsys, *arguments):
    export.main(["--only", "traffic", *arguments])
    return capsys.readouterr().out.strip()


def read(state, month, folder="data/traffic/service"):
    return read_file(state / folder / f"{month}.parquet").to_pandas()


def test_questions_lie_by_the_month_in_which_they_were_asked(store, state, capsys):
    store.insert("predictions", [make_prediction("p3", asked=LATER, title="")])
    assert run(capsys) == "export: 3 new of 3 questions in data/traffic/service"
    first, second = read(state, "2025-01").itertuples()
    assert (first.prediction_id, first.title, first.body, first.model) == ("p1", "How?", "<p>join</p>", "v3")
    assert (list(first.suggested), first.tags, first.rating) == (["java"], None, None)
    assert first.asked.tz_localize(None) == ASKED
    assert second.body == ""
    assert read(state, "2025-02")["prediction_id"].tolist() == ["p3"]


def test_it_may_run_every_day(store, state, capsys):
    run(capsys)
    path = state / "data/traffic/service/2025-01.parquet"
    before = path.stat().st_mtime_ns
    assert run(capsys) == "export: 0 new of 2 questions in data/traffic/service"
    assert path.stat().st_mtime_ns == before
    store.insert("predictions", [make_prediction("late", asked=ASKED - timedelta(days=1))])
    assert "1 new of 3 questions" in run(capsys)
    assert read(state, "2025-01")["prediction_id"].tolist() == ["late", "p1", "p2"]


def test_a_text_that_the_service_drops_stays_and_one_that_it_dropped_before_is_counted(store, state, capsys):
    run(capsys)
    store.insert("predictions", [make_prediction("p3", title=None, body=None)])
    assert store.drop_texts(ASKED + timedelta(days=1)) == 2
    said = run(capsys)
    assert said.endswith("0 new of 2 questions in data/traffic/service; 1 left out, their texts are no longer there")
    assert read(state, "2025-01")["title"].tolist() == ["How?", "How?"]


def test_the_latest_correction_and_rating_come_to_their_question_even_after_its_text_went(store, state, capsys):
    store.insert("feedback", [make_feedback("f1", "p1", 1, tags=["c"]), make_feedback("f2", "p1", 5, tags=["sql"])])
    run(capsys)
    store.drop_texts(ASKED + timedelta(days=1))
    store.insert("feedback", [make_feedback("f3", "p1", 4, tags=["d"]), make_feedback("f4", "p2", 9, rating="up")])
    store.insert("feedback", [make_feedback("f5", "never written", 9, rating="up")])
    assert "0 new of 2 questions" in run(capsys)
    first, second = read(state, "2025-01").itertuples()
    assert (list(first.tags), first.rating) == (["sql"], None)
    assert (second.tags, second.rating) == (None, "up")


def test_more_questions_than_are_fetched_at_once(store, state, capsys, monkeypatch):
    monkeypatch.setattr("service.export.traffic.AT_ONCE", 3)
    store.insert("predictions", [make_prediction(f"q{number}") for number in range(8)])
    assert "10 new of 10 questions" in run(capsys)


def test_without_a_choice_both_are_written_each_to_its_folder(store, state, capsys):
    store.insert("feedback", [make_feedback("f1", "p1", 1, tags=["sql"])])
    export.main(["--to", "votes", "--traffic-to", "asked"])
    assert capsys.readouterr().out.splitlines() == [
        "export: 1 new of 1 votes in votes/enabled-true",
        "export: 2 new of 2 questions in asked/service",
    ]
    assert list(read(state, "2025-01", "asked/service")["tags"][0]) == ["sql"]


def test_a_service_that_keeps_no_text_leaves_no_file(store, state, capsys):
    store.drop_texts(ASKED + timedelta(days=1))
    assert "0 new of 0 questions" in run(capsys)
    assert not (state / "data/traffic").exists()


@pytest.mark.parametrize("what", ["votes", ""])
def test_what_is_not_exported_is_refused(state, capsys, what):
    with pytest.raises(SystemExit):
        run(capsys, "--only", what)
    assert "choose from" in capsys.readouterr().err
