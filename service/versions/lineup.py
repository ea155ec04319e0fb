"""The models that a worker serves, and who gets which: the same caller always the same."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.answers.explaining import Explainer
from service.answers.model import Served
from service.answers.scoring import Scorer
from service.ids import mark_version
from service.versions.plan import Plan, Version


@dataclass(eq=False)
class Serving:
    """A model with the threads that work for it, which end with its last answer once it is retired.

    `source` is what the plan calls it, None the model that the service was started with. One thread, the event
    loop's, takes and gives back.
    """

    source: Version | None
    served: Served
    scorer: Scorer
    explainer: Explainer
    users: int = 0
    retired: bool = False

    @contextmanager
    def taken(self) -> Iterator["Serving"]:
        """Keep it as it is until an answer is made."""
        self.users += 1
        try:
            yield self
        finally:
            self.users -= 1
            self.close_unused()

    def retire(self) -> None:
        """Nobody new gets it."""
        self.retired = True
        self.close_unused()

    def close_unused(self) -> None:
        if self.retired and not self.users:
            self.explainer.close()
            self.scorer.close()


@dataclass(frozen=True, eq=False)
class Lineup:
    """A plan with its models."""

    plan: Plan
    champion: Serving
    challenger: Serving | None = None
    # Which version a prediction's mark means.
    versions: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        names = [serving.served.version for serving in self.servings]
        names += [self.plan.previous.version] if self.plan.previous else []
        object.__setattr__(self, "versions", {mark_version(name): name for name in reversed(names)})

    @property
    def servings(self) -> list[Serving]:
        return [self.champion] + ([self.challenger] if self.challenger else [])

    def choose(self, caller: str) -> tuple[Serving, Serving | None]:
        """Who answers a caller (a digest), and who is asked besides, in the shadow."""
        if self.challenger is None or not falls(caller, self.challenger.served.version, self.plan.share):
            return self.champion, None
        return (self.champion, self.challenger) if self.plan.shadow else (self.challenger, None)

    def measure_shares(self) -> dict[str, float]:
        """The share of the callers that each version answers."""
        share = 0.0 if self.plan.shadow or self.challenger is None else self.plan.share
        shares = {self.champion.served.version: 1 - share}
        return shares | ({self.challenger.served.version: share} if self.challenger else {})


def falls(caller: str, version: str, share: float) -> bool:
    """Whether a caller is among those who get a challenger. As the share grows, callers come and none goes.

    The version is in the hash, so that the next challenger meets others first.
    """
    digest = hashlib.blake2b(f"{version}\0{caller}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64
