"""GET /v1/operator: traffic of all workers, feedback, drift, without any text of a question."""

import json

import httpx
import pytest
from prometheus_client.samples import Sample

from service.figures.drift import Drift
from service.figures.traffic import Traffic, find_quantile, read_totals
from service.figures.views import OverviewView
from tests.report.records import make_alarm, make_asked, make_empty, make_record
from tests.service.servers import QUESTION, serving

INFINITE = float("inf")


def write_months(folder, *records):
    folder.mkdir(exist_ok=True)
    for record in records:
        (folder / f"{record['month']}.json").write_text(json.dumps([record]))


@pytest.mark.parametrize(
    ("bounds", "share", "expected"),
    [
        ([], 0.5, None),
        ([(0.001, 0), (INFINITE, 0)], 0.5, None),
        ([(0.001, 10), (INFINITE, 10)], 0.5, 0.5),
        ([(0.001, 0), (0.002, 10), (INFINITE, 10)], 0.5, 1.5),
        ([(0.001, 90), (0.01, 100), (INFINITE, 100)], 0.99, 9.1),
        ([(0.001, 1), (INFINITE, 100)], 0.99, 1.0),
    ],
)
def test_quantiles_of_a_histogram(bounds, share, expected):
    assert find_quantile(bounds, share) == expected


def make_samples(answers, slow):
    """Samples as Prometheus' library gives them: `answers` by status, of which `slow` took up to 0.1 s."""
    for status, count in answers.items():
        yield Sample("tagger_requests_total", {"route": "/v1/tags", "status": status}, count)
    fast = sum(answers.values()) - slow
    for bound, count in (("0.001", fast), ("0.1", fast + slow), ("+Inf", fast + slow)):
        yield Sample("tagger_request_seconds_bucket", {"route": "/v1/tags", "le": bound}, count)


def test_only_the_last_minutes_count(monkeypatch):
    traffic = Traffic()
    before, now = (
        read_totals(make_samples(*figures)) for figures in [({"200": 500}, 400), ({"200": 598, "422": 2}, 400)]
    )
    now.at = before.at + 50
    traffic.kept.append(before)
    told = traffic.describe(now)["routes"][0]
    assert told == {
        "route": "/v1/tags",
        "requests": 100,
        "per_second": 2.0,
        "refused": 2,
        "failed": 0,
        "p50_ms": 0.5,
        "p99_ms": 0.99,
        "total": 600,
    }


def test_all_of_it_is_told(model, tmp_path):
    write_months(tmp_path / "drift", make_record("2024-01"), make_empty("2024-02"), make_alarm("2024-03", "langchain"))
    with serving(tmp_path / "state", model, DRIFT=tmp_path / "drift", VERSION="tagger@v7.0.0") as service:
        asked = service.ask(title="a private word")["prediction_id"]
        service.wait(lambda: service.select("SELECT 1 FROM predictions"))
        service.say(asked, tags=["new"])
        assert service.client.post("/v1/tags", json={}).status_code == 422
        answer = service.get("/v1/operator")
    assert "private" not in answer.text
    told = OverviewView.model_validate_json(answer.text)
    figures = {row.route: (row.requests, row.refused, row.failed) for row in told.traffic.routes}
    assert figures == {"/v1/tags": (2, 1, 0), "/v1/tags/batch": (0, 0, 0), "/v1/feedback": (1, 0, 0)}
    assert 0 < told.traffic.routes[0].p50_ms <= told.traffic.routes[0].p99_ms
    assert [row.version for row in told.traffic.models] == ["tagger@v7.0.0"]
    assert (sum(hour.predictions for hour in told.kept.hours), told.kept.kinds.corrections) == (1, 1)
    assert (told.kept.recent[0].tags, told.kept.recent[0].suggested) == (["new"], ["sql"])
    assert (told.drift.month, told.drift.verdict) == ("2024-03", "act")
    assert [month.f1_micro is None for month in told.drift.months] == [False, True, False]


def test_a_month_without_labels_has_the_figure_to_expect(tmp_path):
    write_months(tmp_path / "drift", make_asked("2025-01"), make_empty("2025-02"))
    asked, empty = Drift(tmp_path / "drift").read()["months"]
    assert asked == {"month": "2025-01", "verdict": "ok", "f1_micro": 0.79, "low": 0.75, "high": 0.83}
    assert empty["f1_micro"] is None


def test_drift_is_read_anew_where_a_file_changed(tmp_path):
    drift = Drift(tmp_path / "drift")
    assert drift.read() is None
    write_months(tmp_path / "drift", make_record("2024-01"))
    assert drift.read()["month"] == "2024-01"
    write_months(tmp_path / "drift", make_alarm("2024-02", "langchain"))
    assert (drift.read()["month"], drift.read()["verdict"]) == ("2024-02", "act")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "[1]", "[{}]", '[{"month": "2024-01"}]'])
def test_records_that_cannot_be_read_are_no_failure(tmp_path, text):
    (tmp_path / "2024-01.json").write_text(text)
    assert Drift(tmp_path).read() is None


@pytest.mark.slow
def test_workers_add_up(model, tmp_path):
    with serving(tmp_path, model, WORKERS=2) as service:
        # Of all processes the least: that which only holds the workers has no say.
        service.wait(lambda: service.read_metrics()["tagger_database_up"] == 1)
        for _ in range(40):
            assert httpx.post(f"{service.client.base_url}/v1/tags", json=QUESTION).status_code == 200
        service.wait(lambda: len(service.select("SELECT id FROM predictions")) == 40)
        # Of whichever worker.
        for _ in range(6):
            told = httpx.get(f"{service.client.base_url}/v1/operator").json()
            assert told["traffic"]["routes"][0]["total"] == 40
            assert sum(hour["predictions"] for hour in told["kept"]["hours"]) == 40
