"""How the live story begins: models, releases, a first deployment with keys, what watches it, callers."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ops.live import releases
from ops.live.alarms import watching
from ops.live.callers import Callers
from ops.live.host import Host, hosting
from ops.live.play import CALLERS, Keys, Play
from ops.live.training import LEARNED, Question, count_learned, measure, read_questions, train

ROLES = {CALLERS: "ask,correct", "operator": "operate", "prometheus": "operate", "probe": "ask"}
# The window of TaggerCallsInTrouble, five minutes elsewhere: its end is to be seen. The rates let everybody in, since
# all callers come with one key.
SETTINGS = {"WORKERS": 2, "RATE": 2000, "BURST": 4000, "JOURNAL_MB": 1, "TROUBLE_SECONDS": 45}


@contextmanager
def opening(folder: Path) -> Iterator[Play]:
    """Until the block ends A serves, is watched, and is asked. Raises TaggerError."""
    start = time.monotonic()
    print("## Three models, and releases of two")
    questions, scores = train_all(folder / "models")
    first = releases.build(folder / "A", folder / "models/A", "A")
    releases.build(folder / "C", folder / "models/C", "C", like=first)
    with hosting(folder / "service.log") as host:
        host.set(PORT=host.port, **SETTINGS)
        print(host.deploy(first), flush=True)
        keys = make_keys(host)
        (folder / "prometheus.key").write_text(keys.prometheus, encoding="utf-8")
        with (
            watching(host.port, folder / "prometheus.key", folder / "monitoring") as alarms,
            Callers(host.port, keys.callers, questions) as callers,
        ):
            yield Play(folder, host, keys, callers, alarms, start, facts={"micro-F1": scores})


def train_all(folder: Path) -> tuple[Sequence[Question], dict[str, float]]:
    """The questions that are asked, and the micro-F1 of each model on them."""
    for name, learned in LEARNED.items():
        train(folder / name, *learned)
    questions = read_questions(folder / "C")
    scores = {name: measure(folder / name, questions) for name in LEARNED}
    for name, (_, refit) in LEARNED.items():
        rows = f"{count_learned(folder / name, refit):,} questions"
        print(f"{name} learned from {rows}; micro-F1 {scores[name]:.3f} on the {len(questions)} that are asked")
    return questions, scores


def make_keys(host: Host) -> Keys:
    """On a host that serves; that of the probe counts from the next release on, which needs it to be looked at."""
    keys = Keys(**{name: host.run("keys", "add", name, "--roles", roles) for name, roles in ROLES.items()})
    host.set(PORT=host.port, PROBE_KEY=keys.probe, **SETTINGS)
    return keys
