"""What deploy/ asks for is what the service tells; each alert is tried and explained; the files are valid."""

import os
import re
import shutil
import subprocess
from itertools import combinations

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from ops.monitoring import read_arguments, render
from service.ids import make_id
from tests.imports import ROOT
from tests.service.dashboard import DASHBOARD, PANELS, VARIABLES, list_queries
from tests.service.servers import QUESTION, serving

PROMETHEUS = ROOT / "deploy/prometheus"
GROUPS = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
TRIED = yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text(encoding="utf-8"))["tests"]
PAGE = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")

NAME = re.compile(r"\b(?:tagger[a-z_:0-9]+|up|ALERTS)\b(?:\{([^}]*)\})?")
GROUPED = re.compile(r"\b(?:by|on|group_left|without) ?\(([^)]*)\)")
# Those that Prometheus adds, by itself or by a rule.
ADDED = {"job", "instance", "hour"}
OWN = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate", "severity"}}

needs_prometheus = pytest.mark.skipif(
    not shutil.which("promtool") and "NEED_PROMETHEUS" not in os.environ,
    reason="Prometheus is not installed: apt-get install prometheus prometheus-alertmanager",
)


@pytest.fixture(scope="module")
def told(model, tmp_path_factory):
    """Names of the series of a service that was asked and corrected, with the labels of each."""
    with serving(tmp_path_factory.mktemp("used"), model) as service:
        asked = [service.ask()["prediction_id"] for _ in range(3)]
        service.client.post("/v1/tags/batch", json={"questions": [QUESTION]})
        service.client.post("/v1/tags", json={})
        service.say(asked[0], rating="up")
        service.say(asked[1], rating="down")
        service.say(asked[2], tags=["new"])
        service.say(make_id(), tags=["new"])
        families = list(text_string_to_metric_families(service.get("/metrics").text))
    names = {}
    for sample in (sample for family in families for sample in family.samples):
        names.setdefault(sample.name, set()).update(sample.labels)
    return names


def list_expressions():
    return [rule["expr"] for rule in RULES] + list_queries()


@pytest.mark.parametrize("expression", list_expressions())
def test_what_is_asked_for_is_told(told, expression):
    known = told | OWN | {name: {"version"} for name in RECORDED}
    names = [(match[0].partition("{")[0], match[1] or "") for match in NAME.finditer(expression)]
    assert names
    labels = set(ADDED)
    for name, matchers in names:
        assert name in known, name
        labels |= known[name]
        assert set(re.findall(r"(\w+) ?(?:=|!)", matchers)) <= known[name] | ADDED, (name, matchers)
    for group in GROUPED.findall(expression):
        assert {label.strip() for label in group.split(",") if label.strip()} <= labels, group


def test_a_name_that_nobody_tells_would_be_found(told):
    with pytest.raises(AssertionError):
        test_what_is_asked_for_is_told(told, "sum by (job) (rate(tagger_requests_total{rout='x'}[5m]))")
    with pytest.raises(AssertionError):
        test_what_is_asked_for_is_told(told, "sum by (colour) (tagger_model)")
    with pytest.raises(AssertionError):
        test_what_is_asked_for_is_told(told, "tagger_moodel")


def test_each_alert_has_a_case_in_which_it_rings_and_one_in_which_it_does_not():
    seen = {name: set() for name in ALERTS}
    for case in TRIED:
        for tried in case["promql_expr_test"]:
            if match := re.fullmatch(r'count\(ALERTS\{alertname="(\w+)", alertstate="firing"\}\)', tried["expr"]):
                assert case["name"].startswith(f"{match[1]}: ")
                seen[match[1]].add(bool(tried["exp_samples"]))
    assert all(rings == {True, False} for rings in seen.values()), seen


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_it_is_and_where_to_read_on(name):
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"docs/monitoring.md#{name.lower()}"
    section = PAGE.partition(f"\n### {name}\n")[2].partition("\n##")[0]
    for question in ("means", "look", "do"):
        assert re.search(rf"\*\*{question}", section, re.IGNORECASE), f"{name} lacks what to {question}"


def test_the_page_explains_no_alert_that_is_none():
    assert set(re.findall(r"^### (Tagger\w+)$", PAGE, re.MULTILINE)) == set(ALERTS)


def test_each_panel_says_what_it_shows_and_in_which_unit():
    assert len(PANELS) > 15
    for panel in PANELS:
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references)
    assert all("$" not in query for query in list_queries())
    assert DASHBOARD["uid"] == "tagger"
    variables = {f"${variable['name']}" for variable in DASHBOARD["templating"]["list"]}
    assert variables <= {"$datasource", *VARIABLES}


def test_no_two_panels_share_an_id_or_a_place():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart or above, (one, other)


def test_everything_that_is_asked_for_in_the_dashboard_comes_from_the_named_source():
    source = {"type": "prometheus", "uid": "${datasource}"}
    for panel in PANELS:
        assert panel["datasource"] == source
        assert all(target["datasource"] == source for target in panel["targets"])


def check(*words, folder):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_prometheus
def test_prometheus_and_alertmanager_take_the_files(tmp_path):
    key = tmp_path / "key"
    key.write_text("secret")
    given = read_arguments(["--key", str(key), "--folder", str(tmp_path / "rendered")])
    render(given, "http://127.0.0.1:1/")
    check("promtool", "check", "config", "prometheus.yml", folder=given.folder)
    check("amtool", "check-config", "alertmanager.yml", folder=given.folder)
    for name in ("prometheus.yml", "alertmanager.yml"):
        rendered = (given.folder / name).read_text()
        assert not re.search(r"tagger:\d|alerts:\d|alertmanager:\d", rendered)
    # As they are, too; a deployment brings the key.
    shutil.copytree(PROMETHEUS, tmp_path / "as-they-are")
    shutil.copy(key, tmp_path / "as-they-are/operate.key")
    check("promtool", "check", "config", "prometheus.yml", folder=tmp_path / "as-they-are")
    check("amtool", "check-config", "alertmanager.yml", folder=ROOT / "deploy/alertmanager")


@needs_prometheus
def test_the_queries_of_the_dashboard_are_promql(tmp_path):
    rules = [{"record": f"dashboard:{number}", "expr": query} for number, query in enumerate(list_queries())]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    check("promtool", "check", "rules", "rules.yml", folder=tmp_path)


@needs_prometheus
def test_the_lead_of_a_challenger_is_shown_with_its_interval_and_only_while_it_is_known(tmp_path):
    told = [("v2", {"low": "0x2 -0.1x2 0x9", "mean": "0x2 -0.05x2 0x9", "high": "0x2 0x2 0x9"})]
    told += [("", dict.fromkeys(("low", "mean", "high"), "0x20"))]
    series = [
        {"series": f'tagger_challenger_lead{{job="tagger", version="{version}", bound="{bound}"}}', "values": values}
        for version, bounds in told
        for bound, values in bounds.items()
    ]
    [panel] = [panel for panel in PANELS if panel["title"] == "Challenger's lead"]
    queries = {each["legendFormat"]: each["expr"].replace("$version", ".*") for each in panel["targets"]}
    shown = {"low": -0.1, "lead": -0.05, "high": 0}
    asked = [
        {"expr": query, "eval_time": minute, "exp_samples": [{"labels": "{}", "value": shown[name]}] if known else []}
        for name, query in queries.items()
        for minute, known in (("1m", False), ("4m", True), ("8m", False))
    ]
    case = {"interval": "1m", "input_series": series, "promql_expr_test": asked}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump({"evaluation_interval": "1m", "tests": [case]}))
    check("promtool", "test", "rules", "tests.yml", folder=tmp_path)


@pytest.mark.slow
@needs_prometheus
def test_alerts_ring_when_they_should():
    check("promtool", "test", "rules", "alerts_test.yml", folder=PROMETHEUS)
