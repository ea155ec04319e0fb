"""The database's feedback as files: joined with what was asked, added to what was exported before, nothing twice."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from service.export import __main__ as export
from service.state.store import Store
from tagger.votes import read_votes

ASKED = datetime(2025, 1, 31, 23, 59, 58, 250_000)
ANSWER = [
    {"tag": "java", "probability": 0.9, "suggested": True},
    {"tag": "sql", "probability": 0.1, "suggested": False},
]


def make_prediction(name, **others):
    row = {"id": name, "asked": ASKED, "version": "v3", "title": "How?", "body": "<p>join</p>", "tags": ANSWER}
    return row | others


def make_feedback(name, prediction, seconds, tags=None, rating=None):
    given = ASKED + timedelta(seconds=seconds)
    return {
        "id": name,
        "prediction_id": prediction,
        "given": given,
        "caller": "c0ffee",
        "tags": tags,
        "rating": rating,
    }


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("TAGGER_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def store(state):
    (state / "state").mkdir()
    store = Store(f"sqlite:///{state / 'state/service.db'}")
    store.insert("predictions", [make_prediction("p1"), make_prediction("p2", body="")])
    yield store
    store.close()


def run(capsys, *arguments):
    export.main(["--only", "feedback", *arguments])
    return capsys.readouterr().out.strip()


def test_feedback_becomes_votes_by_month(store, state, capsys):
    given = [make_feedback("f1", "p1", 1, tags=["sql", "join"]), make_feedback("f2", "p2", 2, rating="up")]
    store.insert("feedback", given)
    assert run(capsys) == "export: 2 new of 2 votes in data/feedback/enabled-true"
    folder = state / "data/feedback/enabled-true"
    assert sorted(path.name for path in folder.iterdir()) == ["2025-01.parquet", "2025-02.parquet"]
    first, second = read_votes(folder).itertuples(index=False)
    assert (first.caller, first.prediction_id, first.model) == ("c0ffee", "p1", "v3")
    assert (first.title, first.body) == ("How?", "<p>join</p>")
    assert (list(first.suggested), list(first.tags), first.rating) == (["java"], ["sql", "join"], None)
    assert first.asked == pd.Timestamp(ASKED, tz="UTC")
    assert first.corrected == pd.Timestamp(ASKED, tz="UTC") + pd.Timedelta(seconds=1)
    assert (second.body, second.tags, second.rating) == ("", None, "up")


def test_what_was_exported_stays_when_the_service_drops_its_text(store, state, capsys):
    store.insert("feedback", [make_feedback("f1", "p1", 1, tags=["sql"])])
    run(capsys)
    assert store.drop_texts(ASKED + timedelta(days=1)) == 2
    store.insert("predictions", [make_prediction("p3")])
    store.insert("feedback", [make_feedback("f2", "p2", 1.5, rating="up"), make_feedback("f3", "p3", 1.7, tags=["c"])])
    store.insert("feedback", [make_feedback("f4", "never written", 1.8, tags=["c"])])
    said = run(capsys)
    assert "1 new of 1 votes" in said
    assert "3 left out, the question's text is not or no longer there" in said
    assert "0 new of 1 votes" in run(capsys)
    votes = read_votes(state / "data/feedback/enabled-true")
    assert votes["prediction_id"].tolist() == ["p1", "p3"]
    assert votes["body"].tolist() == ["<p>join</p>"] * 2


def test_another_folder(store, state, capsys):
    store.insert("feedback", [make_feedback("f1", "p1", 1, tags=["sql"])])
    assert run(capsys, "--to", "elsewhere") == "export: 1 new of 1 votes in elsewhere/enabled-true"


def test_a_database_without_feedback_writes_no_file(store, state, capsys):
    assert "0 new of 0 votes" in run(capsys)
    assert not (state / "data/feedback").exists()


@pytest.mark.parametrize("path", ["no/such/place", "state"])
def test_a_database_that_is_not_there_is_told_in_one_line(state, monkeypatch, capsys, path):
    monkeypatch.setenv("TAGGER_STATE", str(state / path))
    with pytest.raises(SystemExit) as stopped:
        export.main([])
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("export: the service's database cannot be read (")
    assert "TAGGER_STATE" in said
    assert said.count("\n") == 1
    assert not (state / path / "service.db").exists()
