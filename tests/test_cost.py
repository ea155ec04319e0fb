"""The meter against a clock that the tests set."""

import subprocess
import sys

import pytest

from tagger.cost import Loop, Meter, describe_cost, describe_seconds
from tagger.engine import Engine, watch_nothing
from tagger.errors import CostError, TaggerError
from tests.imports import ROOT


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def make_meter(**values):
    clock, told = Clock(), []
    return Meter(clock=clock, tell=told.append, **values), clock, told


def hand_out(meter, clock, total, seconds, what="tags"):
    """A loop that works on what it is handed."""
    for _ in meter.watching(watch_nothing)(range(total), total, what):
        clock.now += seconds


def deliver(meter, clock, total, seconds, workers, start=0.0):
    """A loop over what workers deliver, so many at a time."""

    def work():
        clock.now += start
        for number in range(total):
            clock.now += 0 if number % workers else seconds
            yield number

    list(meter.watching(watch_nothing)(work(), total, "tags"))


def test_a_watch_passes_its_items_through():
    meter, _, _ = make_meter()
    assert list(meter.watching(watch_nothing)(iter("abc"), None, "letters")) == ["a", "b", "c"]
    assert meter.loops == []


def test_phases_are_timed_and_add_up():
    meter, clock, _ = make_meter()
    for name, seconds in (("fit", 3), ("choose", 1), ("fit", 2)):
        with meter.phase(name):
            clock.now += seconds
    clock.now += 0.5
    report = meter.report(model="logreg", device="cpu")
    assert report["seconds"] == {"fit": 5, "choose": 1, "total": 6.5}
    assert report["memory_mb"] > 20
    assert describe_cost(report | {"memory_mb": 1500}) == "logreg on cpu: 6 s (fit 5 s, choose 1 s), 1,500 MB at most"


def test_a_long_training_is_told_once_early():
    meter, clock, told = make_meter()
    with meter.phase("fit"):
        hand_out(meter, clock, 500, 1.0)
    assert told == ["about 8 min (tags: 3 of 500 in 2 s)"]


def test_a_short_training_is_not_told():
    meter, clock, told = make_meter()
    hand_out(meter, clock, 50, 1.0)
    assert told == []


@pytest.mark.parametrize(("again", "said"), [(0.0, "about 2 min"), (1.0, "about 3 min"), (9.0, "about 17 min")])
def test_what_is_to_come_counts(again, said):
    meter, clock, told = make_meter()
    with meter.phase("fit", again):
        hand_out(meter, clock, 100, 1.0)
    assert told[0].startswith(said)


def test_the_second_fit_comes_only_once():
    meter, clock, _ = make_meter(max_hours=210 / 3600)
    for name, again in (("fit", 1.0), ("refit", 0.0)):
        with meter.phase(name, again):
            hand_out(meter, clock, 100, 1.0)


@pytest.mark.parametrize("workers", [1, 2, 16])
@pytest.mark.parametrize("start", [0.0, 5.0])
def test_workers_deliver_in_step_after_a_start(workers, start):
    meter, clock, told = make_meter(workers=workers)
    deliver(meter, clock, 100 * workers, 3.0, workers, start)
    minutes = float(told[0].split()[1])
    assert 3 <= minutes <= 5.5


def test_workers_that_take_long_for_the_first_item():
    meter, clock, _ = make_meter(workers=2, max_hours=2)
    with pytest.raises(CostError, match=r"about 10\.1 h \(tags: 1 of 120 in 10 min\)"):
        deliver(meter, clock, 120, 600.0, 2)


def test_a_training_over_the_limit_is_refused_with_the_figure_and_the_remedy():
    meter, clock, _ = make_meter(max_hours=0.5)
    with pytest.raises(TaggerError) as refused, meter.phase("fit", 1.0):
        hand_out(meter, clock, 3600, 1.0, "8 x 8 tags")
    assert str(refused.value) == (
        "training would take about 2.0 h (8 x 8 tags: 3 of 3600 in 2 s), train.max_hours is 0.5: "
        "raise it, or train on less (labels.top, fetch.from)"
    )
    assert clock.now < 1005


def test_a_limit_that_few_folds_pass_before_they_show_a_pace_refuses_too():
    meter, clock, _ = make_meter(workers=2, max_hours=4 / 3600)
    with pytest.raises(CostError, match=r"about 13 s \(tags: 1 of 5 in 13 s\)"):
        deliver(meter, clock, 5, 13.0, 2)


def run_folds(meter, clock):
    for _ in meter.watching(watch_nothing)(range(10), 10, "folds"):
        hand_out(meter, clock, 600, 1.0)


def test_a_loop_inside_a_loop_runs_for_each_of_its_items():
    meter, clock, _ = make_meter(max_hours=1)
    with pytest.raises(CostError, match=r"about 1\.7 h"):
        run_folds(meter, clock)
    assert meter.loops == []


def test_a_loop_that_is_left_early_is_forgotten():
    meter, _, _ = make_meter()
    for item in meter.watching(watch_nothing)(range(10), 10, "epochs"):
        if item == 3:
            break
    assert meter.loops == []


def grow(number):
    return len(bytearray(50_000_000)) + number


WATCHED = """
from tagger.cost import Meter, measure_memory
from tagger.engine import Engine, watch_nothing
from tests.test_cost import grow
before, meter = measure_memory(), Meter(workers=2)
assert Engine(2, meter.watching(watch_nothing)).map(grow, range(6), "numbers")[5] == 50_000_005
assert meter.report()["memory_mb"] > before / 1e6 + 50
"""


def test_an_engine_is_watched_and_its_workers_memory_counts():
    # In a process of its own: a peak that other tests have left would hide it.
    subprocess.run([sys.executable, "-c", WATCHED], cwd=ROOT, check=True)


def test_an_engine_is_stopped_in_the_middle(monkeypatch):
    meter = Meter(workers=2, max_hours=1e-9)
    monkeypatch.setattr(Loop, "find_left", lambda loop, now, workers: 3600.0)
    with pytest.raises(CostError, match="about 60 min"):
        Engine(2, meter.watching(watch_nothing)).map(grow, range(6), "numbers")
    assert Engine(2).map(abs, [-1, -2], "numbers") == [1, 2]


@pytest.mark.parametrize(
    ("seconds", "said"), [(4, "4 s"), (99, "99 s"), (120, "2 min"), (5400, "90 min"), (9e3, "2.5 h")]
)
def test_durations(seconds, said):
    assert describe_seconds(seconds) == said
