"""From a call that is rated down to the webhook, by Debian's Prometheus and Alertmanager, as deploy/ sets them up."""

import os
import queue
import shutil
import sys
import time
from contextlib import ExitStack

import httpx
import pytest

from ops.receiver import Receiver
from service.doors.keys import add_key
from tests.imports import ROOT
from tests.searches import find_port, running
from tests.service.dashboard import list_queries
from tests.service.servers import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("prometheus") and "NEED_PROMETHEUS" not in os.environ,
        reason="Prometheus is not installed: apt-get install prometheus prometheus-alertmanager",
    ),
]
ALERT = "TaggerCallsInTrouble"
# Long enough for two looks and the rule's turn in between, ten seconds each.
WINDOW = 45
SECONDS_TO_ARRIVE = 60
SECONDS_TO_RESOLVE = 180
# What the service has not done, or not for long enough.
EMPTY = ("increase5m", "ratio7d", "mean7d", "status=", "ALERTS", "tagger_challenger_lead")


class Monitored:
    """A service, what watches it, and what the webhook was sent."""

    def __init__(self, service, prometheus, sent):
        self.service, self.prometheus, self.sent = service, prometheus, sent

    def query(self, expression):
        """What Prometheus answers."""
        answer = httpx.get(f"{self.prometheus}/api/v1/query", params={"query": expression})
        assert answer.status_code == 200, (expression, answer.text)
        return answer.json()["data"]["result"]

    def wait_for(self, expression, value, seconds=30):
        """Return when Prometheus has seen a value."""
        end = time.monotonic() + seconds
        while [row["value"][1] for row in self.query(expression)] != [value]:
            assert time.monotonic() < end, (expression, value, self.query(expression))
            time.sleep(0.2)

    def receive(self, status, seconds):
        """The alert as the webhook gets it, and after how many seconds."""
        start = time.monotonic()
        while True:
            sent = self.sent.get(timeout=max(0.1, start + seconds - time.monotonic()))
            for alert in sent["alerts"]:
                if (alert["labels"]["alertname"], alert["status"]) == (ALERT, status):
                    return alert, time.monotonic() - start


@pytest.fixture(scope="module")
def monitored(model, tmp_path_factory):
    """With keys, as in production."""
    folder, sent = tmp_path_factory.mktemp("monitored"), queue.Queue()
    keys = folder / "keys.json"
    settings = {"TROUBLE_SECONDS": WINDOW, "VERSION": "tagger@v1.0.0", "KEYS": keys}
    ports = {"prometheus": find_port(), "alertmanager": find_port()}
    with ExitStack() as stack:
        receiver = stack.enter_context(Receiver(sent.put))
        (folder / "operate.key").write_text(add_key(keys, "prometheus", ["operate"]))
        person = add_key(keys, "person", ["ask", "correct"])
        service = stack.enter_context(serving(folder / "state", model, **settings))
        service.client.headers["Authorization"] = f"Bearer {person}"
        command = [sys.executable, "-m", "ops.monitoring", "--webhook", receiver.url, "--folder", str(folder / "watch")]
        places = ["--service", f"127.0.0.1:{service.port}", "--key", str(folder / "operate.key")]
        numbers = [f"--{name}={port}" for name, port in ports.items()]
        stack.enter_context(running([*command, *places, *numbers], ROOT, "Ctrl-C ends it"))
        yield Monitored(service, f"http://127.0.0.1:{ports['prometheus']}", sent)


def test_the_fourth_call_within_the_window_rings_and_it_ends(monitored):
    service = monitored.service
    asked = [service.ask() for _ in range(5)]
    for answer in asked[:3]:
        service.say(answer["prediction_id"], rating="down")
    service.say(asked[0]["prediction_id"], tags=["none-of-them"])
    # Three calls, one of them found wrong twice: seen, judged, and nothing is told.
    monitored.wait_for("tagger_troubled_calls", "3")
    time.sleep(11)
    assert monitored.query(f'ALERTS{{alertname="{ALERT}"}}') == []
    service.say(asked[3]["prediction_id"], tags=["none-of-them"])
    alert, seconds = monitored.receive("firing", SECONDS_TO_ARRIVE)
    sys.stdout.write(f"from the fourth call to the webhook: {seconds:.1f} s\n")
    assert alert["annotations"]["summary"] == "4 calls failed or were rated down within five minutes"
    assert alert["labels"]["severity"] == "critical"
    _, seconds = monitored.receive("resolved", SECONDS_TO_RESOLVE)
    sys.stdout.write(f"from there to its end: {seconds:.1f} s\n")


def test_every_query_of_the_dashboard_is_answered(monitored):
    monitored.service.ask()
    monitored.wait_for("sum(tagger_confidence_count) > bool 0", "1")
    time.sleep(11)
    for query in list_queries():
        found = monitored.query(query)
        assert found or any(word in query for word in EMPTY), query


def test_a_service_that_is_gone_rings(monitored):
    monitored.service.kill()
    monitored.wait_for('count(ALERTS{alertname="TaggerDown", alertstate="firing"})', "1", 80)
