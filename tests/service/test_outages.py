"""What was acknowledged is there after a kill, an outage of the database, a full disk; nothing is answered by a 5xx."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from service.ids import make_id
from tests.searches import PASSWORD, PROGRAMS, postgres
from tests.service.servers import Service, fill_disk, refusing, serving


def list_feedback(service):
    """The ids in the database."""
    return {row[0] for row in service.select("SELECT id FROM feedback")}


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_no_acknowledged_feedback_is_lost_by_a_kill(model, tmp_path, workers):
    """Four clients send while the service is killed, three times."""
    with serving(tmp_path, model, WORKERS=workers) as service:
        acknowledged, statuses = set(), set()
        for _ in range(3):
            ended = threading.Event()
            service.say(make_id(), rating="up")
            aim = len(list_feedback(service)) + 30
            with ThreadPoolExecutor(4) as pool:
                sending = [pool.submit(send_feedback, service, ended) for _ in range(4)]
                try:
                    service.wait(lambda aim=aim: len(list_feedback(service)) > aim)
                    service.kill()
                finally:
                    ended.set()
            for sent in sending:
                acknowledged |= sent.result()[0]
                statuses |= sent.result()[1]
            service.start()
        assert statuses == {201}
        assert acknowledged <= list_feedback(service)
        assert len(acknowledged) > 90


def send_feedback(service, ended):
    """Until `ended` or the service is gone: the ids that were acknowledged, and all statuses."""
    acknowledged, statuses = set(), set()
    with httpx.Client(base_url=service.client.base_url, timeout=20) as client:
        while not ended.is_set():
            try:
                answer = client.post("/v1/feedback", json={"prediction_id": make_id(), "tags": ["sql"]})
            except httpx.TransportError:
                break
            statuses.add(answer.status_code)
            acknowledged.add(answer.json().get("feedback_id"))
    return acknowledged, statuses


@pytest.mark.slow
def test_workers_end_with_their_parent(model, tmp_path):
    """Else they would keep the port, and nothing could be started in its place."""
    with serving(tmp_path, model, WORKERS=2) as service:
        service.process.kill()
        service.process.communicate()
        time.sleep(0.2)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{service.client.base_url}/healthz")
        service.start()


def test_while_the_database_is_away_feedback_goes_to_the_journal_and_then_to_the_database_once(model, tmp_path):
    with serving(tmp_path, model) as service:
        first = service.say(make_id(), rating="up")
        path, away = tmp_path / "service.db", tmp_path / "elsewhere"
        path.rename(away)
        second = service.say(make_id(), tags=["sql"])
        asked = service.ask()
        assert second["stored"] == "journal"
        assert service.get("/readyz").json()["database"] == "away"
        service.kill()
        service.start()
        third = service.say(make_id(), tags=["sql"])
        assert (first["stored"], third["stored"]) == ("database", "journal")
        assert not path.exists()
        away.rename(path)
        expected = {receipt["feedback_id"] for receipt in (first, second, third)}
        service.wait(lambda: list_feedback(service) == expected)
        service.wait(lambda: service.read_metrics()["tagger_journal_bytes"] == 0)
        assert asked["tags"]


def test_predictions_wait_for_the_database_and_those_beyond_the_queue_are_counted(model, tmp_path):
    with serving(tmp_path, model, QUEUE=5) as service:
        service.say(make_id(), rating="up")
        path, away = tmp_path / "service.db", tmp_path / "elsewhere"
        path.rename(away)
        service.say(make_id(), rating="up")
        answered = {service.ask()["prediction_id"] for _ in range(12)}
        away.rename(path)
        service.wait(lambda: service.read_metrics()["tagger_predictions_written_total"] == 5)
        figures = service.read_metrics()
        assert figures["tagger_predictions_total"] == 12
        assert figures["tagger_predictions_dropped_total"] == 7
        kept = {row[0] for row in service.select("SELECT id FROM predictions")}
        assert kept < answered
        assert len(kept) == 5


def test_predictions_are_written_before_the_service_ends(model, tmp_path):
    with serving(tmp_path, model) as service:
        answered = {service.ask()["prediction_id"] for _ in range(50)}
        service.stop()
        assert {row[0] for row in service.select("SELECT id FROM predictions")} == answered


def test_the_journal_has_its_room_before_the_service_is_ready(model, tmp_path):
    with serving(tmp_path, model) as service:
        assert (service.folder / "feedback.journal").stat().st_size == 1 << 20


def test_on_a_full_disk_feedback_is_kept_and_questions_are_answered(model, small_disk):
    with serving(small_disk, model) as service:
        first = service.say(make_id(), tags=["sql"])
        fill_disk(small_disk)
        receipts = [service.say(make_id(), tags=["sql"]) for _ in range(300)]
        assert service.ask()["tags"]
        assert receipts[-1]["stored"] == "journal"
        service.kill()
        service.start()
        receipts.append(service.say(make_id(), tags=["sql"]))
        (small_disk / "ballast").unlink()
        expected = {receipt["feedback_id"] for receipt in (first, *receipts)}
        service.wait(lambda: list_feedback(service) == expected)
        assert service.count_failed() == 0


def test_where_nothing_can_keep_feedback_it_is_refused_and_not_lost_in_silence(model, tmp_path, small_disk):
    """The disk was full before there was a journal."""
    state = small_disk / "state"
    state.mkdir()
    (state / "secret").write_bytes(b"x" * 32)
    fill_disk(small_disk)
    service = Service(state, model).start()
    try:
        body = {"prediction_id": make_id(), "rating": "up"}
        answer = service.client.post("/v1/feedback", json=body)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert service.ask()["tags"]
        (small_disk / "ballast").unlink()
        service.wait(lambda: service.client.post("/v1/feedback", json=body).status_code == 201)
    finally:
        service.kill()
        service.client.close()


def test_old_texts_are_dropped_while_the_service_runs(model, tmp_path):
    with serving(tmp_path, model, KEEP_DAYS=0.00002) as service:
        asked = service.ask()["prediction_id"]
        service.wait(lambda: service.select("SELECT id FROM predictions"))
        service.stop()
        service.start()
        service.wait(lambda: service.select("SELECT id, title, body FROM predictions") == [(asked, None, None)])


def test_with_no_days_to_keep_them_texts_are_not_written(model, tmp_path):
    with serving(tmp_path, model, KEEP_DAYS=0) as service:
        service.ask()
        service.stop()
        assert service.select("SELECT title, body FROM predictions") == [(None, None)]


@pytest.mark.slow
@pytest.mark.skipif(not PROGRAMS and not os.environ.get("CI"), reason="PostgreSQL is not installed")
def test_a_postgresql_that_hangs_up_and_refuses_and_comes_back(model, tmp_path, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with postgres() as url, serving(tmp_path, model, DATABASE=url) as service:
        receipts = [service.say(make_id(), tags=["sql"])]
        with refusing(url):
            receipts += [service.say(make_id(), tags=["sql"]) for _ in range(20)]
            assert service.ask()["tags"]
        expected = {receipt["feedback_id"] for receipt in receipts}
        service.wait(lambda: list_feedback(service) == expected)
        service.wait(lambda: service.select("SELECT count(*) FROM predictions WHERE body IS NOT NULL")[0][0] == 1)
        assert [receipt["stored"] for receipt in receipts] == ["database"] + ["journal"] * 20
        assert PASSWORD not in service.stop()
