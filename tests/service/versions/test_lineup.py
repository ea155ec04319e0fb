"""Who gets which version: always the same one, and as a share grows, callers only come to the challenger."""

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from service.versions.lineup import Lineup, Serving, falls
from service.versions.plan import Plan, Version

CALLERS = [f"{number:032x}" for number in range(4000)]


class Thread:
    """What ends with a version."""

    closed = False

    def close(self):
        self.closed = True


def make_serving(name):
    return Serving(
        Version(model=Path(name), version=name, sha256=name), SimpleNamespace(version=name), Thread(), Thread()
    )


def make_lineup(share, shadow=False):
    plan = Plan(share=share, shadow=shadow, previous=Version(model=Path("z"), version="z", sha256="z"))
    return Lineup(plan, make_serving("a"), make_serving("b"))


def list_challenged(share, version="b"):
    return {caller for caller in CALLERS if falls(caller, version, share)}


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5, 0.99, 1.0])
def test_a_share_of_the_callers_gets_the_challenger(share):
    found = len(list_challenged(share)) / len(CALLERS)
    # Five standard deviations; at both ends exact.
    assert abs(found - share) <= 5 * (share * (1 - share) / len(CALLERS)) ** 0.5


def test_a_growing_share_only_adds_callers():
    steps = [list_challenged(share) for share in (0, 0.1, 0.25, 0.5, 1)]
    assert all(fewer < more for fewer, more in pairwise(steps))


def test_the_next_challenger_meets_others():
    first, second = list_challenged(0.1, "b"), list_challenged(0.1, "c")
    assert len(first & second) < 0.3 * len(first)


@pytest.mark.parametrize(
    ("share", "shadow", "expected"),
    [(0.0, False, ("a", None)), (1.0, False, ("b", None)), (1.0, True, ("a", "b")), (0.0, True, ("a", None))],
)
def test_who_answers_and_who_is_asked_besides(share, shadow, expected):
    serving, asked = make_lineup(share, shadow).choose(CALLERS[0])
    assert (serving.served.version, asked and asked.served.version) == expected


def test_the_shares_are_those_that_answer():
    assert make_lineup(0.25).measure_shares() == {"a": 0.75, "b": 0.25}
    assert make_lineup(0.25, shadow=True).measure_shares() == {"a": 1.0, "b": 0.0}
    assert Lineup(Plan(), make_serving("a")).measure_shares() == {"a": 1}


def test_marks_name_what_is_served_and_what_was():
    assert set(make_lineup(0.1).versions.values()) == {"a", "b", "z"}


def test_a_retired_version_ends_with_its_last_answer():
    serving = make_serving("a")
    with serving.taken(), serving.taken():
        serving.retire()
        assert not serving.scorer.closed
    assert serving.scorer.closed
    assert serving.explainer.closed
