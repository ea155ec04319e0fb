"""Versions side by side, on SQLite and PostgreSQL: what was asked, what was said, who is better."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.state.store import Store
from service.versions.comparison import Comparison
from service.versions.plan import Plan, Version
from service.versions.report import describe_table
from service.versions.views import VersionsView

NOW = datetime(2026, 1, 31, 12, 0)
A, B = (Version(model=Path(name), version=name, sha256=name * 64) for name in "ab")
TRIAL = Plan(champion=A, challenger=B, share=0.5, since=NOW.replace(tzinfo=UTC))
RIGHT, WRONG = ["x"], ["y"]


class Filler:
    """Questions and votes as the service writes them."""

    def __init__(self, url):
        self.store = Store(url)
        self.tables = {"predictions": [], "feedback": [], "shadows": []}

    def ask(self, version, caller, tags, hours=1.0):
        name = f"p{len(self.tables['predictions'])}"
        row = {"id": name, "asked": NOW + timedelta(hours=hours), "version": version, "title": "t", "body": "b"}
        answered = [{"tag": tag, "probability": 0.9, "suggested": True} for tag in tags]
        unlikely = {"tag": "unlikely", "probability": 0.1, "suggested": False}
        self.tables["predictions"].append(row | {"tags": [*answered, unlikely], "caller": caller})
        return name

    def shadow(self, question, version, tags):
        answered = [{"tag": tag, "probability": 0.9, "suggested": True} for tag in tags]
        row = {"prediction_id": question, "version": version, "asked": NOW, "tags": answered}
        self.tables["shadows"].append(row)

    def say(self, question, caller, rating=None, tags=None):
        number = len(self.tables["feedback"])
        row = {"id": f"f{number}", "prediction_id": question, "given": NOW + timedelta(hours=2, seconds=number)}
        self.tables["feedback"].append(row | {"caller": caller, "tags": tags, "rating": rating})

    def write(self):
        for table, rows in self.tables.items():
            if rows:
                self.store.insert(table, rows)
        self.store.close()


@pytest.fixture
def filler(url):
    return Filler(url)


def read(url, plan=TRIAL, started=None):
    comparison = Comparison(url)
    try:
        told = comparison.read(plan, started)
    finally:
        comparison.close()
    VersionsView.model_validate(told)
    return told


def test_each_version_has_its_figures(url, filler):
    first = filler.ask("a", "one", RIGHT)
    second = filler.ask("a", "one", WRONG)
    third = filler.ask("a", "two", WRONG)
    filler.ask("a", "three", RIGHT)
    filler.ask("a", "before", RIGHT, hours=-1)
    filler.say(first, "one", tags=WRONG)
    filler.say(first, "one", rating="up")  # the latest counts
    filler.say(second, "one", tags=["x", "y"])
    filler.say(third, "two", rating="down")
    filler.say("unknown", "two", rating="down")
    fourth = filler.ask("b", "four", RIGHT)
    filler.say(fourth, "someone else", tags=RIGHT)
    filler.write()
    told = read(url)
    assert told["versions"] == [
        {"version": "a", "role": "champion", "questions": 4, "callers": 3, "with_feedback": 0.75, "corrections": 1}
        | {"up": 1, "down": 1, "f1": 0.6667, "negative": 0.3333, "score": 0.5556},
        {"version": "b", "role": "challenger", "questions": 1, "callers": 1, "with_feedback": 1.0, "corrections": 1}
        | {"up": 0, "down": 0, "f1": 1.0, "negative": 0.0, "score": 1.0},
    ]
    assert told["verdict"]["verdict"] == "cannot be told yet"
    assert "too few" in told["verdict"]["says"]


@pytest.mark.parametrize(("good", "expected"), [((8, 3), "worse"), ((3, 8), "better"), ((5, 5), "cannot be told yet")])
def test_the_verdict_on_a_challenger(url, filler, good, expected):
    """Of ten callers of each version and ten questions each, so many are content."""
    for side, version in enumerate("ab"):
        for number in range(200):
            caller = f"{version}{number % 20}"
            question = filler.ask(version, caller, RIGHT)
            content = (number // 20 + number) % 10 < good[side]
            filler.say(question, caller, **({"rating": "up"} if content else {"tags": WRONG}))
    filler.write()
    told = read(url)["verdict"]
    assert told["verdict"] == expected
    assert expected in told["says"]
    assert (told["missing"] is not None) == (expected == "cannot be told yet")
    score, f1, negative = told["differences"]
    assert score["change"] == pytest.approx((good[1] - good[0]) / 10)
    assert negative["change"] == pytest.approx((good[0] - good[1]) / 10)
    assert (f1["champion"], f1["challenger"]) == (0, 0)
    assert score["callers"] == [20, 20]


def test_in_the_shadow_both_are_compared_on_the_same_questions(url, filler):
    """The challenger is right where the champion was corrected, and once in five wrong where it was right."""
    for number in range(100):
        caller = f"c{number % 25}"
        wrong = number % 2
        question = filler.ask("a", caller, WRONG if wrong else RIGHT)
        filler.shadow(question, "b", WRONG if number % 10 == 0 else RIGHT)
        filler.shadow(question, "another", WRONG)
        filler.say(question, caller, **({"tags": RIGHT} if wrong else {"rating": "up"}))
    silent = filler.ask("a", "c0", RIGHT)
    filler.say(silent, "c0", rating="down")  # says of the champion's alone that it is wrong
    filler.write()
    told = read(url, TRIAL.model_copy(update={"shadow": True, "share": 1.0}))["verdict"]
    score, f1 = told["differences"]
    assert (score["champion"], score["challenger"], score["votes"]) == (0.5, 0.9, [100, 100])
    assert (f1["champion"], f1["challenger"], f1["votes"]) == (0.0, 1.0, [50, 50])
    assert told["verdict"] == "better"


def test_the_champion_may_be_what_the_service_was_started_with(url, filler):
    filler.ask("a", "one", RIGHT)
    filler.ask("old", "one", RIGHT)
    filler.write()
    plan = TRIAL.model_copy(update={"champion": None})
    roles = {row["version"]: row["role"] for row in read(url, plan, A)["versions"]}
    assert roles == {"a": "champion", "b": "challenger", "old": None}
    assert read(url, plan, None)["verdict"] is None


def test_nothing_was_asked_yet(url, filler):
    filler.store.connect()
    filler.write()
    told = read(url)
    assert [row["questions"] for row in told["versions"]] == [0, 0]
    assert "too few" in describe_table(told)


def test_a_database_that_is_away_tells_nothing(tmp_path):
    comparison = Comparison(f"sqlite:///{tmp_path / 'service.db'}")
    assert [comparison.read(TRIAL, None), comparison.read(TRIAL, None)] == [None, None]
