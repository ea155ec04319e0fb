"""What the database is counted for, on SQLite and PostgreSQL."""

from datetime import datetime, timedelta

import pytest

from service.state import counts
from service.state.counts import MOST_RECENT, Counts
from service.state.store import Store

NOW = datetime(2026, 1, 31, 12, 30)
TAGS = [{"tag": "a", "probability": 0.9, "suggested": True}, {"tag": "b", "probability": 0.1, "suggested": False}]


def ask(name, hours):
    row = {"id": name, "asked": NOW - timedelta(hours=hours), "version": "v1", "title": "secret", "body": "secret"}
    return row | {"tags": TAGS}


def say(name, hours, rating=None, tags=None, prediction="p0"):
    given = NOW - timedelta(hours=hours)
    return {
        "id": name,
        "prediction_id": prediction,
        "given": given,
        "caller": "c",
        "tags": tags,
        "rating": rating,
    }


def set_clock(monkeypatch, time):
    monkeypatch.setattr(
        counts, "datetime", type("Clock", (), {"now": staticmethod(lambda zone: time.replace(tzinfo=zone))})
    )


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """No hour ends during a test."""
    set_clock(monkeypatch, NOW)


@pytest.fixture
def filled(url):
    store = Store(url)
    store.insert("predictions", [ask(f"p{number}", hours) for number, hours in enumerate([0, 0, 5, 23, 30])])
    rows = [say("f0", 0, "up"), say("f1", 1, "down"), say("f2", 2, None, ["x", "y"]), say("f3", 40, "up")]
    store.insert("feedback", [*rows, say("f4", 3, "up", prediction="unknown")])
    yield store
    store.close()


@pytest.fixture
def reader(url, filled):
    reader = Counts(url)
    yield reader
    reader.store.close()


def test_the_last_day_is_counted_by_the_hour(reader):
    told = reader.read()
    assert [hour["hour"] for hour in told["hours"]] == sorted(hour["hour"] for hour in told["hours"])
    assert len(told["hours"]) == 24
    assert [hour["predictions"] for hour in told["hours"]] == [1, *[0] * 17, 1, 0, 0, 0, 0, 2]
    assert sum(hour["feedback"] for hour in told["hours"]) == 4
    assert told["kinds"] == {"up": 2, "down": 1, "corrections": 1}


def test_recent_feedback_says_what_was_suggested_and_no_text(reader):
    told = reader.read()["recent"]
    assert [(row["kind"], row["tags"], row["suggested"], row["version"]) for row in told] == [
        ("up", [], ["a"], "v1"),
        ("down", [], ["a"], "v1"),
        ("correction", ["x", "y"], ["a"], "v1"),
        ("up", [], [], None),
        ("up", [], ["a"], "v1"),
    ]
    assert "secret" not in str(told)


def test_hours_that_are_over_are_asked_once_and_none_without_end(reader, filled, monkeypatch):
    reader.read()
    filled.insert("predictions", [ask("late", 5), *(ask(f"new{number}", 0) for number in range(50))])
    filled.insert("feedback", [say(f"more{number}", 0, "up") for number in range(50)])
    monkeypatch.setattr(counts, "MOST_COUNTED", 10)
    told = reader.read()
    assert [hour["predictions"] for hour in told["hours"]] == [1, *[0] * 17, 1, 0, 0, 0, 0, 10]
    assert sum(told["kinds"].values()) == 10
    assert len(told["recent"]) == MOST_RECENT


def test_the_hours_move_on(reader, monkeypatch):
    reader.read()
    later = NOW + timedelta(hours=30)
    set_clock(monkeypatch, later)
    assert sum(hour["predictions"] for hour in reader.read()["hours"]) == 0
    assert min(hour for _, hour in reader.settled) >= later - timedelta(hours=24)


@pytest.mark.parametrize("url", ["postgresql+psycopg://nobody@127.0.0.1:1/none", "sqlite:////proc/nowhere/service.db"])
def test_a_database_that_is_away_tells_nothing(url):
    reader = Counts(url)
    assert [reader.read(), reader.read()] == [None, None]


def test_the_file_of_sqlite_is_not_made_by_who_reads(tmp_path):
    assert Counts(f"sqlite:///{tmp_path / 'service.db'}").read() is None
    assert not (tmp_path / "service.db").exists()
