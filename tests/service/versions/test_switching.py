"""Versions change under load, with two workers: each request is answered, by the version its caller shall have."""

import time
from collections import Counter
from itertools import count

import pytest

from ops.live.crowd import Crowd
from service.state.files import digest_caller
from service.versions.lineup import falls
from tests.service.servers import QUESTION, serving
from tests.service.versions.commands import run

CLIENTS = 6
CALLERS = [f"person {number}" for number in range(40)]
SECONDS_OF_A_STEP = 3.0
# The command's verification, a look a second, and the loading, on cores that are busy.
SECONDS_TO_FOLLOW = 20.0


class Seen(Crowd):
    """When each answer was asked for and given, whose it is, and the version that gave it."""

    def __init__(self, port):
        super().__init__(port, CLIENTS)
        self.answers = []

    def call(self, line, number):
        """Ask without a pause for one caller after the other."""
        for turn in count(number):
            if self.ended.is_set():
                return
            caller, begun = CALLERS[turn % len(CALLERS)], time.monotonic()
            if said := self.ask(line, "/v1/tags", QUESTION | {"caller": caller, "why": turn % 5 == 0}):
                self.answers.append((begun, time.monotonic(), caller, said["version"], said["prediction_id"]))


def list_chosen(service, version, share):
    """The callers who shall get a version, by the rule."""
    secret = (service.folder / "secret").read_bytes()
    return {caller for caller in CALLERS if falls(digest_caller(secret, f"name {caller}"), version, share)}


@pytest.mark.slow
@pytest.mark.parametrize("scoring", ["direct", "batched"])
def test_no_request_is_lost_while_versions_change(model, other, tmp_path, scoring):
    with serving(tmp_path, model, WORKERS=2, VERSION="v1", SCORING=scoring, QUEUE=300) as service:
        # What is done, and who then gets the challenger, v2, or where it was promoted, all.
        steps = [
            (("challenge", other, "--share", "30%", "--version", "v2"), list_chosen(service, "v2", 0.3)),
            (("share", "70%"), list_chosen(service, "v2", 0.7)),
            (("share", "70%", "--shadow"), set()),
            (("promote",), set(CALLERS)),
            (("rollback",), set()),
            (("challenge", other, "--share", "50%", "--version", "v2"), list_chosen(service, "v2", 0.5)),
            (("drop",), set()),
        ]
        periods = []
        with Seen(service.port) as seen:
            for arguments, chosen in steps:
                run(tmp_path, *arguments)
                time.sleep(SECONDS_OF_A_STEP)
                begun = wait_until_followed(seen, chosen)
                time.sleep(SECONDS_OF_A_STEP)
                periods.append((begun, time.monotonic(), chosen))
        service.wait(lambda: is_settled(service.read_metrics()), 30)
        figures = service.read_metrics()
        kept = dict(service.select("SELECT id, version FROM predictions"))
    assert seen.failures == []
    for begun, end, chosen in periods:
        told = {
            (caller, version) for asked, given, caller, version, _ in seen.answers if begun <= asked and given <= end
        }
        assert told == {(caller, "v2" if caller in chosen else "v1") for caller in CALLERS}
    answered = {name: version for *_, version, name in seen.answers}
    assert kept.items() <= answered.items()
    assert len(kept) + figures["tagger_predictions_dropped_total"] == len(seen.answers) > 100
    by_version = Counter(answered.values())
    assert {name: figures[f'tagger_predictions_total{{version="{name}"}}'] for name in by_version} == by_version
    assert figures["tagger_shadows_total"] > 0
    assert figures["tagger_versions_behind"] == 0


def wait_until_followed(seen, chosen):
    """The time from which all answers are as the last change says; both workers have their callers."""
    end = time.monotonic() + SECONDS_TO_FOLLOW
    while True:
        since = time.monotonic() - 1.0
        latest = [(caller, version) for asked, _, caller, version, _ in list(seen.answers) if asked >= since]
        if len(latest) > 2 * len(CALLERS) and all(
            (version == "v2") == (caller in chosen) for caller, version in latest
        ):
            return time.monotonic()
        assert time.monotonic() < end, "not followed"
        time.sleep(0.2)


def is_settled(figures):
    """Whether nothing waits any more."""
    shadows = figures["tagger_shadows_written_total"] + figures["tagger_shadows_dropped_total"]
    return figures["tagger_predictions_queued"] == 0 and shadows == figures["tagger_shadows_total"]
