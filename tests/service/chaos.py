"""Mixed traffic while the service is killed, its database goes and comes back, and its disk is full.

`python -m tests.service.chaos 600 MODEL FOLDER` runs ten minutes; FOLDER lies on a disk of its own (1.5 GB), which is
filled. With `postgresql` behind it the database is a server of that kind. Prints what was counted, and fails where
something acknowledged is lost or something is answered by a 5xx.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

from ops.live.crowd import Crowd, Line, LineError, Reply
from tests.searches import PASSWORD, postgres
from tests.service.servers import QUESTION, Service, fill_disk, refusing, serving

CLIENTS = 4
SECONDS_AWAY = 2.0


class Seen(Crowd):
    """What the clients saw. `broken`: connections that ended without an answer."""

    def __init__(self, port: int) -> None:
        super().__init__(port, CLIENTS)
        self.statuses: Counter = Counter()
        self.answered: set = set()
        self.acknowledged: set = set()
        self.broken = 0
        self.events: Counter = Counter()

    def call(self, line: Line, number: int) -> None:
        """Ask, say, ask wrongly, look at pages."""
        chance = random.Random(number)  # noqa: S311
        last = ""
        while not self.ended.is_set():
            try:
                reply = line.send(*choose(chance, last))
            except LineError:
                self.broken += 1
                time.sleep(0.05)
            else:
                last = self.note(reply) or last

    def note(self, reply: Reply) -> str:
        """Count a reply; the id of the prediction in it."""
        self.statuses[reply.status] += 1
        said = reply.read()
        self.answered |= {one["prediction_id"] for one in (said, *said.get("answers", ())) if "prediction_id" in one}
        self.acknowledged |= {said["feedback_id"]} if reply.status == 201 else set()
        return said.get("prediction_id", "")


def run_chaos(folder: Path, model: Path, seconds: float, **settings) -> dict:
    """A mishap every few seconds, to the end of a round; what was counted."""
    with serving(folder, model, WORKERS=2, **settings) as service:
        with Seen(service.port) as seen:
            disturb(service, seen, time.monotonic() + seconds)
        service.wait(lambda: is_settled(service.read_metrics()), 30)
        figures = service.read_metrics()
        service.stop()
        return count(service, seen, figures)


def choose(chance: random.Random, last: str) -> tuple[str, str, bytes | None]:
    """One of what people send."""
    kind = chance.random()
    if kind < 0.5 or not last:
        return post("/v1/tags", QUESTION | {"body": "join " * chance.randrange(400)})
    if kind < 0.8:
        return post("/v1/feedback", {"prediction_id": last, "tags": ["sql"], "caller": f"{kind:.2f}"})
    if kind < 0.85:
        return post("/v1/tags/batch", {"questions": [QUESTION] * 5})
    if kind < 0.93:
        return "POST", "/v1/tags", chance.choice([b"[" * 5000, b"\0", b'{"title": 1}', b" " * 2_000_000])
    return "GET", chance.choice(["/v1/model", "/readyz", "/healthz", "/metrics", "/nothing"]), None


def post(path: str, body: dict) -> tuple[str, str, bytes]:
    return "POST", path, json.dumps(body).encode()


def disturb(service: Service, seen: Seen, end: float) -> None:
    """One mishap after the other, each beginning from what the last one left.

    The last one starts all workers anew, so that what they count since then is all that was sent since then.
    """
    number = 0
    while time.monotonic() < end or number % len(MISHAPS):
        time.sleep(1.5)
        mishap = MISHAPS[number % len(MISHAPS)]
        mishap(service)
        seen.events[mishap.__name__] += 1
        number += 1
    time.sleep(1.5)


def kill_all(service: Service) -> None:
    service.kill()
    service.start()


def kill_worker(service: Service) -> None:
    """The supervisor starts another one."""
    workers = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()
    os.kill(int(workers[-1]), signal.SIGKILL)
    time.sleep(SECONDS_AWAY)


def take_database(service: Service) -> None:
    """SQLite's file goes elsewhere and comes back; PostgreSQL throws everybody out and lets nobody in."""
    if url := service.settings.get("DATABASE"):
        with refusing(url):
            time.sleep(SECONDS_AWAY)
        return
    path = service.folder / "service.db"
    path.rename(service.folder / "elsewhere.db")
    time.sleep(SECONDS_AWAY)
    (service.folder / "elsewhere.db").rename(path)


def fill(service: Service) -> None:
    fill_disk(service.folder)
    time.sleep(SECONDS_AWAY)
    (service.folder / "ballast").unlink()


def kill_while_full(service: Service) -> None:
    fill_disk(service.folder)
    time.sleep(SECONDS_AWAY)
    kill_all(service)
    (service.folder / "ballast").unlink()


MISHAPS = (take_database, fill, kill_worker, kill_all, kill_while_full)


def is_settled(figures: dict[str, float]) -> bool:
    """Whether nothing waits any more."""
    return figures["tagger_predictions_queued"] == figures["tagger_journal_bytes"] == 0


def count(service: Service, seen: Seen, figures: dict[str, float]) -> dict:
    """What was sent against what is there."""
    feedback = {row[0] for row in service.select("SELECT id FROM feedback")}
    predictions = {row[0] for row in service.select("SELECT id FROM predictions")}
    written, dropped = (figures[f"tagger_predictions_{name}_total"] for name in ("written", "dropped"))
    return {
        "requests": dict(sorted(seen.statuses.items())),
        "connections broken": seen.broken,
        "mishaps": dict(seen.events),
        "failures": sum(number for status, number in seen.statuses.items() if status >= 500),
        "feedback acknowledged": len(seen.acknowledged),
        "feedback lost": len(seen.acknowledged - feedback),
        "feedback kept, its answer broken off": len(feedback - seen.acknowledged),
        "questions answered": len(seen.answered),
        "predictions kept": len(predictions & seen.answered),
        "predictions not kept": len(seen.answered - predictions),
        "since the last start: predictions": figures["tagger_predictions_total"],
        "since the last start: written and dropped": written + dropped,
    }


if __name__ == "__main__":
    seconds, model, folder, *kind = sys.argv[1:]
    with postgres() if kind == ["postgresql"] else nullcontext() as database:
        settings = {"DATABASE": database.replace("tagger@", f"tagger:{PASSWORD}@")} if database else {}
        counted = run_chaos(Path(folder), Path(model), float(seconds), **settings)
    print(json.dumps(counted, indent=2))  # noqa: T201
    sys.exit(bool(counted["failures"] or counted["feedback lost"]))
