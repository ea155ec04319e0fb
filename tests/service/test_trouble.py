"""More than three failed or negatively rated calls within five consecutive minutes: counted exactly, by whom ever."""

import multiprocessing

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.state.trouble import HELD, MOST, Trouble
from tests.service.servers import Service, fill_disk, serving

NOW = 1_800_000_000.0
WINDOW = 300.0


@pytest.fixture
def trouble(tmp_path):
    trouble = Trouble(tmp_path / "trouble", WINDOW)
    yield trouble
    trouble.close()


@pytest.mark.parametrize(
    ("times", "now", "expected"),
    [
        ([], 0, 0),
        ([0, 100, 200], 200, 3),
        ([0, 100, 200, 300], 300, 4),
        ([0, 100, 200, 300.1], 300.1, 3),
        ([0, 120, 240, 360], 360, 3),
        # A look that comes a minute late sees the fourth call; later it is over.
        ([0, 100, 200, 299], 359, 4),
        ([0, 100, 200, 299], 360.1, 3),
        ([0, 100, 200, 299], 1000, 0),
        # A clock that was set back: what is yet to come is not counted.
        ([0, 1, 2, 500], 10, 3),
    ],
)
def test_the_most_calls_within_a_window(trouble, times, now, expected):
    for time in times:
        trouble.note(NOW + time)
    assert trouble.count(NOW + now) == expected


@given(st.lists(st.integers(0, 1500), max_size=40), st.integers(0, 59), st.integers(5, 60))
def test_whoever_looks_once_a_minute_sees_each_four_within_the_window_and_no_others(
    tmp_path_factory, times, first, step
):
    trouble = Trouble(tmp_path_factory.mktemp("state") / "trouble", WINDOW)
    times = sorted(times)
    seen, noted = False, 0
    for now in range(first, 1500 + int(HELD * WINDOW) + step + 60, step):
        while noted < len(times) and times[noted] <= now:
            trouble.note(NOW + times[noted])
            noted += 1
        seen = seen or trouble.count(NOW + now) > 3
    trouble.close()
    assert seen == any(last - start <= WINDOW for start, last in zip(times, times[3:], strict=False))


def test_a_call_that_several_find_wrong_counts_once(trouble):
    for prediction in ("a", "b", "a", "a"):
        trouble.note(NOW, prediction)
    trouble.note(NOW + 1)
    trouble.note(NOW + 1)
    assert trouble.count(NOW + 1) == 4
    trouble.note(NOW + 1 + WINDOW, "a")
    assert trouble.count(NOW + 1 + WINDOW) == 4


def test_the_latest_ones_are_remembered(trouble):
    for number in range(2 * MOST):
        trouble.note(NOW + number)
    assert trouble.count(NOW + 2 * MOST) == MOST


def note_many(path, first):
    trouble = Trouble(path, WINDOW)
    for number in range(50):
        trouble.note(NOW, f"{first}-{number}")


def test_processes_share_the_file_and_a_restart_finds_it(tmp_path):
    path = tmp_path / "trouble"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=note_many, args=(path, first)) for first in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Trouble(path, WINDOW).count(NOW) == 150


def test_without_a_disk_it_remembers_until_the_end(tmp_path, small_disk):
    fill_disk(small_disk)
    trouble = Trouble(small_disk / "trouble", WINDOW)
    trouble.note(NOW)
    assert trouble.count(NOW) == 1


def read_troubled(service):
    return service.read_metrics()["tagger_troubled_calls"]


def test_calls_that_failed_or_were_found_wrong_are_told_across_workers_and_restarts(model, tmp_path):
    service = Service(tmp_path, model, {"WORKERS": 2}).start()
    try:
        assert read_troubled(service) == 0
        asked = [service.ask() for _ in range(4)]
        suggested = [row["tag"] for row in asked[0]["tags"] if row["suggested"]]
        for values in ({"rating": "up"}, {"tags": suggested}, {"tags": [*suggested, "more"]}):
            service.say(asked[0]["prediction_id"], **values)
        service.say(asked[1]["prediction_id"], rating="down")
        service.wait(lambda: read_troubled(service) == 1)
        service.say(asked[1]["prediction_id"], rating="down")
        service.say(asked[1]["prediction_id"], tags=["more"])
        service.say(asked[2]["prediction_id"], tags=["more"])
        service.wait(lambda: read_troubled(service) == 2)
        service.kill()
        service.start()
        service.say(asked[3]["prediction_id"], rating="down")
        service.wait(lambda: read_troubled(service) == 3)
        # The caller's mistakes are none of ours.
        assert service.client.post("/v1/tags", json={}).status_code == 422
        assert service.get("/nothing").status_code == 404
        assert read_troubled(service) == 3
    finally:
        service.kill()
        service.client.close()


def test_an_answer_of_5xx_is_a_failed_call(model, small_disk):
    state = small_disk / "state"
    state.mkdir()
    (state / "secret").write_bytes(b"x" * 32)
    fill_disk(small_disk)
    with serving(state, model) as service:
        body = {"prediction_id": service.ask()["prediction_id"], "tags": ["x"]}
        with httpx.Client(base_url=service.client.base_url) as client:
            statuses = [client.post("/v1/feedback", json=body).status_code for _ in range(4)]
        assert statuses == [503] * 4
        service.wait(lambda: read_troubled(service) == 4)
        counts = service.read_metrics()
        assert counts["tagger_feedback_refused_total"] == 4
