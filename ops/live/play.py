"""What the chapters of the live story share: the host, its callers, what watches them, and what was seen."""

import json
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from ops.live.accounts import Lineup, Period
from ops.live.alarms import Alarms
from ops.live.callers import Callers
from ops.live.figures import Figures
from ops.live.host import Host
from ops.live.sshd import HOST
from tagger.errors import TaggerError

SECONDS_TO_TELL = 120
SECONDS_BETWEEN_LOOKS = 1.0
CALLERS = "callers"


class StoryError(TaggerError):
    """Something came out otherwise than it must."""


@dataclass
class Keys:
    """One for each who comes: those who ask and correct, the operator, Prometheus, the holder."""

    callers: str
    operator: str
    prometheus: str
    probe: str


@dataclass
class Play:
    """`facts` is what a test looks at; `figures` what the releases counted that have been replaced."""

    folder: Path
    host: Host
    keys: Keys
    callers: Callers
    alarms: Alarms
    start: float
    periods: list[Period] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    facts: dict[str, Any] = field(default_factory=dict)

    def chapter(self, title: str) -> None:
        print(f"\n## {title} ({time.monotonic() - self.start:.0f} s)", flush=True)

    def tell(self, line: str) -> None:
        """A line, with the seconds since the story began."""
        seconds = f"{time.monotonic() - self.start:5.0f} s  "
        print(seconds + line.replace("\n", "\n" + " " * len(seconds)), flush=True)

    def begin(self, champion: str, challenger: str = "", share: float = 0.0, ordered: float | None = None) -> float:
        """Wait until every caller has the version of the rule; seconds from the order to the last answer of another."""
        secret = (self.host.root / "state/secret").read_bytes()
        lineup = Lineup(secret, CALLERS, champion, challenger, share)
        ordered = time.monotonic() if ordered is None else ordered
        last, settled = self.callers.wait(lineup, ordered)
        self.periods.append(Period(ordered, settled, lineup))
        return last - ordered

    def operate(self, *words: str) -> tuple[str, float]:
        """What an operator types, over SSH; what it says, and when it was begun."""
        self.tell(f"$ bash deploy/deploy.sh tagger@host --run {' '.join(words)}")
        ordered = time.monotonic()
        return self.host.run(*words), ordered

    def compare(self) -> dict[str, Any]:
        """The table, as GET /v1/versions gives it to a machine."""
        connection = HTTPConnection(HOST, self.host.port, timeout=10)
        connection.request("GET", "/v1/versions", headers={"Authorization": f"Bearer {self.keys.operator}"})
        told: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return told

    def wait_for_verdict(self, wanted: str) -> float:
        """When the table first said so. Raises StoryError."""
        end = time.monotonic() + SECONDS_TO_TELL
        while time.monotonic() < end:
            told = self.compare()
            if told["verdict"] and told["verdict"]["verdict"] == wanted:
                return time.monotonic()
            time.sleep(SECONDS_BETWEEN_LOOKS)
        raise StoryError(f"the table does not say {wanted} within {SECONDS_TO_TELL} s, but {told['verdict']}")
