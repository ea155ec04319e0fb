"""A finding: what has changed, how much, what it costs, what to do."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tagger.comparison import sum_rows
from tagger.drift.views import Answers, View
from tagger.metrics import DIGITS, divide

# Words, unknown words and what a classifier makes of both are one finding.
TEXTS = ("words", "unknown", "domain")
SOURCES = {
    "vocabulary": TEXTS,
    "broken": ("numbers",),
    "questions": ("numbers",),
    "scores": ("scores",),
    "quality": ("quality",),
}


@dataclass(frozen=True)
class Finding:
    """`kind` of change, `names` of what has changed, what it was `before` and `now` (mostly a share of the questions;
    of texts the AUC, of quality micro-F1), `p` corrected for all tests of all months, the micro-F1 that it costs (None
    where that cannot be told), the reason in words, what to do."""

    kind: str
    names: list[str]
    before: float
    now: float
    p: float
    loss: float | None
    reason: str
    action: str

    @property
    def sources(self) -> tuple[str, ...]:
        """The comparisons that it comes from; a tag's are its own."""
        return SOURCES.get(self.kind, ())

    def as_dict(self) -> dict[str, Any]:
        """In JSON's types, rounded; a p keeps three digits wherever they are."""
        values = {
            key: round(value, DIGITS) if isinstance(value, float) else value for key, value in asdict(self).items()
        }
        return values | {"p": float(f"{self.p:.3g}")}


@dataclass(frozen=True)
class Scene:
    """What findings are made from: the views, the learned `tags`, and how many tests share the level (a p is
    multiplied by it)."""

    before: View
    now: View
    tags: Sequence[str]
    tests: int

    @property
    def nothing(self) -> np.ndarray:
        """No question is touched (mask)."""
        return np.zeros(len(self.now.sampled), dtype=bool)

    def make(
        self, kind: str, names: list[str], row: dict[str, Any], touched: np.ndarray, words: tuple[str, str]
    ) -> Finding:
        """A finding from its row of evidence."""
        p = min(1.0, float(row["q"]) * self.tests)
        return Finding(kind, names, float(row["before"]), float(row["now"]), p, self.cost(touched), *words)

    def cost(self, touched: np.ndarray) -> float | None:
        """Micro-F1, over all tags, of the questions not touched (a mask) less that of all; where nothing or everything
        is touched, that of the reference less that of all."""
        everyone = np.ones(len(touched), dtype=bool)
        now = measure_f1(self.now.answers, everyone)
        if touched.any() and not touched.all():
            other = measure_f1(self.now.answers, ~touched)
        else:
            other = measure_f1(self.before.answers, np.ones(len(self.before.answers), dtype=bool))
        return None if now is None or other is None else max(0.0, other - now)


def measure_f1(answers: Answers, rows: np.ndarray) -> float | None:
    """Micro-F1 over all tags, learned or not; None without any."""
    hits = sum_rows(answers.Y.multiply(answers.suggested))[rows].sum()
    true = answers.true[rows].sum()
    return divide(2 * hits, true + sum_rows(answers.suggested)[rows].sum()) if true else None
