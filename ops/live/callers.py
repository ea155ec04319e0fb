"""Callers of the service, who ask without a pause, say what would have been right, and note every answer."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ops.live.crowd import Crowd, Line
from ops.live.training import Question
from tagger.errors import TaggerError

NAMES = [f"person {number}" for number in range(360)]
CONNECTIONS = 24
SECONDS_BETWEEN = 0.15
# Of so many answers something is said.
SHARE_THAT_SPEAKS = 0.4
SECONDS_TO_FOLLOW = 60.0
Rule = Callable[[str], str]


class CallersError(TaggerError):
    """The callers do not see what they must."""


class Answer(NamedTuple):
    """When it was asked for and given (seconds of the monotonic clock), whose it is and who gave it."""

    begun: float
    ended: float
    caller: str
    version: str
    prediction_id: str


class Receipt(NamedTuple):
    """Feedback that was acknowledged; `negative`: a suggested tag was wrong."""

    given: float
    feedback_id: str
    negative: bool


class Callers(Crowd):
    """Each connection speaks for as many names as the others."""

    def __init__(self, port: int, key: str, questions: Sequence[Question]) -> None:
        super().__init__(port, CONNECTIONS, Authorization=f"Bearer {key}")
        self.questions = questions
        self.sent: Counter[str] = Counter()
        self.answers: list[Answer] = []
        self.receipts: list[Receipt] = []
        self.lock = threading.Lock()

    def call(self, line: Line, number: int) -> None:
        """One name after the other."""
        chance = random.Random(number)  # noqa: S311
        names = NAMES[number::CONNECTIONS]
        while not self.ended.is_set():
            for name in names:
                self.speak(line, name, chance)
                time.sleep(SECONDS_BETWEEN)

    def speak(self, line: Line, name: str, chance: random.Random) -> None:
        """A question, and what is to be said of the answer."""
        question = chance.choice(self.questions)
        begun = time.monotonic()
        asked = {"title": question.title, "body": question.body, "top": 10, "caller": name}
        answer = self.ask(line, "/v1/tags", asked)
        if answer is None:
            return
        self.answers.append(Answer(begun, time.monotonic(), name, answer["version"], answer["prediction_id"]))
        if chance.random() >= SHARE_THAT_SPEAKS:
            return
        suggested = frozenset(row["tag"] for row in answer["tags"] if row["suggested"])
        said = {"prediction_id": answer["prediction_id"], "caller": name} | judge(suggested, question.tags)
        if receipt := self.ask(line, "/v1/feedback", said, 201):
            wrong = bool(suggested - question.tags)
            self.receipts.append(Receipt(time.monotonic(), receipt["feedback_id"], wrong))

    def ask(self, line: Line, path: str, body: Any, wanted: int = 200) -> Any:
        """The same, counted."""
        with self.lock:
            self.sent[path] += 1
        return super().ask(line, path, body, wanted)

    def wait(self, rule: Rule, since: float) -> tuple[float, float]:
        """When the last answer came that is not the rule's, and a moment from which on all are. Raises CallersError.

        A caller stays on a connection, and so with a worker: who has the rule's version once keeps it.
        """
        end = time.monotonic() + SECONDS_TO_FOLLOW
        while (now := time.monotonic()) < end:
            asked = [answer for answer in self.answers[:] if answer.begun >= since]
            latest = {answer.caller: answer.version for answer in asked}
            if latest == {name: rule(name) for name in NAMES}:
                others = (answer.ended for answer in asked if answer.version != rule(answer.caller))
                return max(others, default=since), now
            time.sleep(0.1)
        raise CallersError(f"after {SECONDS_TO_FOLLOW:.0f} s not every caller has the version of the rule")

    def find_nth_negative(self, number: int) -> float:
        """When so many answers had been found wrong."""
        return sorted(receipt.given for receipt in self.receipts[:] if receipt.negative)[number - 1]


def judge(suggested: frozenset[str], right: frozenset[str]) -> dict[str, Any]:
    """What somebody says who knows what is right."""
    if suggested == right:
        return {"rating": "up"}
    if suggested and not suggested & right:
        return {"rating": "down"}
    return {"tags": sorted(right)}
