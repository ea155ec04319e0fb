"""A service in production, played through on loopback: `make live-story`.

Version A is deployed over SSH and serves; B, which is worse, is found out and sent away; C, which is better, is
promoted and deployed; D, which is broken, never gets in. Callers ask and correct all the while, Prometheus and
Alertmanager watch, and in the end every request is accounted for. Nothing in it is made up but the questions.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

from ops.live import releases
from ops.live.accounts import add_up, count_all
from ops.live.callers import CONNECTIONS, NAMES
from ops.live.figures import Witness, read_final
from ops.live.opening import opening
from ops.live.play import Play, StoryError
from ops.live.sshd import check_sshd
from ops.monitoring import find_programs
from tagger.errors import TaggerError
from tagger.io import write_json

SECONDS_TO_ARRIVE, SECONDS_TO_RESOLVE = 60, 240
IN_TROUBLE, WORSE = "TaggerCallsInTrouble", "TaggerChallengerWorse"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ops.live_story", description="A service in production.")
    parser.add_argument("--folder", type=Path, default=Path(".cache/live-story"), help="made anew (%(default)s)")
    folder = parser.parse_args().folder.resolve()
    try:
        check_sshd()
        find_programs()
        shutil.rmtree(folder, ignore_errors=True)
        play_all(folder)
    except TaggerError as error:
        sys.exit(f"live-story: {error}")


def play_all(folder: Path) -> None:
    """Raises TaggerError where something comes out otherwise."""
    with opening(folder) as play:
        for chapter in (serve, be_worse, be_better, be_released, be_broken, be_counted):
            chapter(play)
        write_json(folder / "facts.json", play.facts)
        play.chapter("The end")


def serve(play: Play) -> None:
    play.chapter(f"A serves {len(NAMES)} callers on {CONNECTIONS} connections")
    play.begin("A", ordered=play.start)
    alarm = play.alarms.wait(IN_TROUBLE, "firing", SECONDS_TO_ARRIVE)
    seconds = alarm.at - play.callers.find_nth_negative(4)
    play.facts["alarms"] = {IN_TROUBLE: round(seconds, 1)}
    play.tell(f"{IN_TROUBLE} at the webhook {seconds:.1f} s after the fourth wrong answer: {alarm.summary}")


def be_worse(play: Play) -> None:
    play.chapter("B challenges: one caller in ten")
    seconds = challenge(play, "B", 0.1, champion="A")
    play.tell(f"followed after {seconds:.1f} s; callers who have B: {count_callers(play)}")
    told = play.wait_for_verdict("worse")
    play.tell(play.host.run("versions", "compare"))
    alarm = play.alarms.wait(WORSE, "firing", SECONDS_TO_ARRIVE)
    since = alarm.at - play.periods[-1].ordered
    play.facts["alarms"][WORSE] = round(alarm.at - told, 1)
    play.facts["verdicts"] = {"B": "worse"}
    arrived = f"{alarm.at - told:.1f} s after the table's verdict, {since:.0f} s after B came"
    play.tell(f"{WORSE} at the webhook {arrived}: {alarm.summary}")
    said, ordered = play.operate("versions", "rollback")
    play.facts["all back with A after"] = round(play.begin("A", ordered=ordered), 1)
    play.tell(f"{said}\neverybody has A again after {play.facts['all back with A after']} s")


def challenge(play: Play, name: str, share: float, champion: str) -> float:
    """Bring a model there and let it answer some; seconds until all who should have it do."""
    play.host.copy(play.folder / "models" / name / "models/tagger", name)
    play.host.copy(play.folder / "models" / name / "metrics/test.json", f"{name}.json")
    words = ["versions", "challenge", name, "--share", f"{share:.0%}", "--version", name, "--metrics", f"{name}.json"]
    said, ordered = play.operate(*words)
    play.tell(said)
    return play.begin(champion, name, share, ordered)


def count_callers(play: Play) -> int:
    lineup = play.periods[-1].lineup
    return sum(lineup(name) == lineup.challenger for name in NAMES)


def be_better(play: Play) -> None:
    play.chapter("C challenges: every other caller")
    challenge(play, "C", 0.5, champion="A")
    play.wait_for_verdict("better")
    play.facts["verdicts"]["C"] = "better"
    play.tell(play.host.run("versions", "compare"))
    said, ordered = play.operate("versions", "promote")
    play.facts["all with C after"] = round(play.begin("C", ordered=ordered), 1)
    play.tell(f"{said}\neverybody has C after {play.facts['all with C after']} s")


def be_released(play: Play) -> None:
    play.chapter("C becomes a release, so that the host needs no versions.json")
    refused = play.host.deploy(releases.rename(play.folder / "A", play.folder / "A-again", "A-again"), code=1)
    play.facts["refused"] = {"another model than the champion": last_line(refused)}
    play.tell(f"a release with A's model: {last_line(refused)}")
    with Witness(play.host.port, play.keys.operator) as witness:
        play.tell(last_line(play.host.deploy(play.folder / "C")))
    play.figures += witness.figures
    said, ordered = play.operate("versions", "reset")
    play.begin("C", ordered=ordered)
    play.tell(said)


def be_broken(play: Play) -> None:
    play.chapter("D is broken")
    good = play.folder / "C"
    broken = {
        "answers 500": releases.fail_questions(good, play.folder / "D1"),
        "a damaged model": releases.damage_model(good, play.folder / "D2"),
    }
    for name, folder in broken.items():
        play.facts["refused"][name] = last_line(play.host.deploy(releases.rename(folder, folder, "D"), code=1))
        play.tell(f"{name}: {play.facts['refused'][name]}")
    play.begin("C")


def last_line(said: str) -> str:
    return said.splitlines()[-1]


def be_counted(play: Play) -> None:
    play.chapter("Every request is accounted for")
    play.callers.stop()
    stopped = time.monotonic()
    play.figures += read_final(play.host.port, play.keys.operator)
    told = count_all(play.callers, play.periods, play.figures, play.host.root / "state")
    play.facts["accounts"] = told
    play.tell("\n".join(f"{name}: {value}" for name, value in told.items()))
    sums = add_up(told, looks=2)
    if gaps := [f"{name}: off by {value}" for name, value in sums.items() if value]:
        raise StoryError("; ".join([*gaps, *play.callers.failures[:3]]))
    play.tell("\n".join(sums))
    play.facts["resolved"] = {}
    for name, since, what in ((WORSE, play.periods[2].ordered, "B was sent away"), (IN_TROUBLE, stopped, "the last")):
        alarm = play.alarms.wait(name, "resolved", SECONDS_TO_RESOLVE)
        play.facts["resolved"][name] = round(alarm.at - since, 1)
        play.tell(f"{name}: its end at the webhook {alarm.at - since:.0f} s after {what}")
    play.facts["rang"] = sorted({alarm.name for alarm in play.alarms.arrived})


if __name__ == "__main__":
    main()
