"""How far a challenger is ahead, as Prometheus is told."""

from pathlib import Path

import pytest

from service import metrics
from service.figures.overview import FreshComparison
from service.settings import Settings
from service.versions.leads import Leads, find_lead
from service.versions.plan import Plan, Version, write_plan

SCORE = {"measure": "score", "low": -0.3, "change": -0.2, "high": -0.1}
TOO_FEW = {"measure": "score", "low": None, "change": -0.2, "high": None}
OTHER = {"measure": "f1", "low": 0.1, "change": 0.2, "high": 0.3}
NOTHING = {"low": 0.0, "mean": 0.0, "high": 0.0}
WORSE = {"low": -0.3, "mean": -0.2, "high": -0.1}


def make_plan(name):
    return Plan(challenger=Version(model=Path(name), version=name, sha256="0")) if name else Plan()


def tell(score):
    return {"verdict": {"differences": [OTHER, score]}}


def read(version):
    """What /metrics has of a version; nothing where it was never told of."""
    samples = [sample for family in metrics.lead.collect() for sample in family.samples]
    return {sample.labels["bound"]: sample.value for sample in samples if sample.labels["version"] == version}


@pytest.mark.parametrize(
    ("told", "lead"), [(None, NOTHING), ({"verdict": None}, NOTHING), (tell(TOO_FEW), NOTHING), (tell(SCORE), WORSE)]
)
def test_the_score_with_its_interval_where_it_can_be_told(told, lead):
    assert find_lead(told) == lead


def test_a_series_begins_with_nothing_and_ends_with_it(tmp_path):
    leads = Leads(tmp_path)
    assert read("") == NOTHING
    assert leads.take()
    leads.tell(make_plan("lead-2"), tell(SCORE))
    assert (read("lead-2"), leads.version) == (WORSE, "lead-2")
    leads.tell(make_plan("lead-3"), tell(TOO_FEW))
    assert read("lead-2") == read("lead-3") == NOTHING
    leads.tell(make_plan("lead-3"), tell(SCORE))
    leads.tell(make_plan(None), {"verdict": None})
    assert read("lead-3") == NOTHING
    assert leads.version == ""
    leads.close()


def test_one_worker_tells_and_another_one_when_that_has_ended(tmp_path):
    first, second = Leads(tmp_path), Leads(tmp_path)
    assert (first.take(), second.take(), first.take()) == (True, False, True)
    second.tell(make_plan("lead-5"), tell(SCORE))
    assert read("lead-5") == {}
    first.close()
    assert second.take()
    second.tell(make_plan("lead-5"), tell(SCORE))
    assert read("lead-5") == WORSE
    second.close()


def test_while_there_is_a_challenger_it_is_compared_without_being_asked(tmp_path, monkeypatch):
    fresh = FreshComparison(Settings(state=tmp_path))
    read = []
    monkeypatch.setattr(fresh.comparison, "read", lambda plan, started: read.append(plan) or {"verdict": None})
    fresh.look()
    assert read == []
    write_plan(tmp_path, make_plan("lead-4"))
    fresh.look()
    assert fresh.leads.version == "lead-4"
    # Its end is told, and then nothing any more.
    write_plan(tmp_path, Plan())
    fresh.look()
    fresh.look()
    assert fresh.leads.version == ""
    assert [plan.challenger is not None for plan in read] == [True, False]
    fresh.close()
