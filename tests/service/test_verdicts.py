"""Feedback is counted once its prediction is in the database, on either kind of database, and none is asked in vain."""

from datetime import datetime

import pytest

from service import metrics
from service.state import verdicts
from service.state.store import AwayError, Store
from service.state.trouble import Trouble
from service.state.verdicts import Verdicts

TAGS = [{"tag": "a", "probability": 0.9, "suggested": True}, {"tag": "b", "probability": 0.1, "suggested": False}]
AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/none"


class Clock:
    """Seconds that pass when a test says so; waiting before the next look is over by each."""

    now = 1000.0

    def monotonic(self):
        return self.now

    def time(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(verdicts, "time", clock)
    return clock


@pytest.fixture
def judge(tmp_path, clock):
    judge = Verdicts(Trouble(tmp_path / "trouble", 300))
    yield judge
    judge.trouble.close()


def write(store, name, version):
    row = {"id": name, "asked": datetime(2024, 1, 1), "version": version, "title": None, "body": None, "tags": TAGS}
    store.insert("predictions", [row])


def say(name, rating=None, tags=None):
    return {"prediction_id": name, "rating": rating, "tags": tags}


def settle(judge, clock, store, seconds=0.2, all_written=True):
    clock.now += seconds
    judge.settle(store, all_written)


def read(version):
    """Positive and negative ones."""
    found = {
        tuple(s.labels.values()): s.value for s in metrics.verdicts.collect()[0].samples if s.name.endswith("_total")
    }
    return found.get((version, "positive"), 0), found.get((version, "negative"), 0)


def test_what_is_said_counts_for_the_version_that_is_meant(url, judge, clock):
    store, one, two = Store(url), f"one {url}", f"two {url}"
    write(store, "p1", one)
    write(store, "p2", two)
    judge.add([say("p1", "up"), say("p1", tags=["a", "c"]), say("p2", "down"), say("p2", tags=["b"])])
    settle(judge, clock, store)
    assert (read(one), read(two)) == ((2, 0), (0, 2))
    assert not judge.waiting
    # Both were said of one answer.
    assert judge.trouble.count(clock.now) == 1
    store.close()


def test_a_prediction_that_is_written_later_is_waited_for(judge, clock, tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'service.db'}")
    judge.add([say("late", tags=["b"])])
    settle(judge, clock, store)
    assert len(judge.waiting) == 1
    settle(judge, clock, store, seconds=10, all_written=False)
    assert len(judge.waiting) == 1
    write(store, "late", "late")
    settle(judge, clock, store)
    assert read("late") == (0, 1)
    store.close()


def test_one_that_never_comes_is_given_up(judge, clock, tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'service.db'}")
    before = read(verdicts.UNKNOWN)
    judge.add([say("none", "down"), say("none", tags=["x"])])
    settle(judge, clock, store, seconds=1)
    assert read(verdicts.UNKNOWN) == before
    settle(judge, clock, store, seconds=2)
    assert read(verdicts.UNKNOWN) == (before[0] + 1, before[1] + 1)
    store.close()


def test_while_the_database_is_away_a_rating_rings_and_the_rest_waits(judge, clock):
    store = Store(AWAY)
    judge.add([say("p1", "down"), say("p2", tags=["x"])])
    with pytest.raises(AwayError):
        settle(judge, clock, store)
    assert [entry.row["prediction_id"] for entry in judge.waiting] == ["p1", "p2"]
    assert judge.trouble.count(clock.now) == 1
    # It is not tried again at once.
    settle(judge, clock, store)


def test_the_database_is_asked_for_some_at_a_time_and_not_without_a_pause(judge, clock, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(verdicts, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(verdicts, "find_suggested", lambda store, ids: asked.append(len(ids)) or {})
    store = Store(f"sqlite:///{tmp_path / 'service.db'}")
    judge.add([say(str(number), "up") for number in range(5)])
    settle(judge, clock, store, seconds=5)
    settle(judge, clock, store, seconds=0.05)
    settle(judge, clock, store)
    assert asked == [3, 2]
