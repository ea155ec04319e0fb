"""A finding: what has changed, how much, what it costs, what to do."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tagger.comparison import sum_rows
from tagger.drift.comparisons import estimate_f1
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
    multiplied by it); where the month has no labels, what micro-F1 to expect of some of its questions (a mask)."""

    before: View
    now: View
    tags: Sequence[str]
    tests: int
    expect: Callable[[np.ndarray], float | None] | None = None

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
        """Micro-F1 of the questions not touched (a mask) less that of all; where nothing or everything is touched, that
        of the reference less that of all."""
        now = self.measure(np.ones(len(touched), dtype=bool))
        other = self.measure(~touched) if touched.any() and not touched.all() else self.measure_reference()
        return None if now is None or other is None else max(0.0, other - now)

    def measure(self, rows: np.ndarray) -> float | None:
        """Micro-F1 of some of the month's questions, over all tags; without labels that to expect, over the learned."""
        return self.expect(rows) if self.expect else measure_f1(self.now.answers, rows)

    def measure_reference(self) -> float | None:
        """Micro-F1 of the reference, over the same tags."""
        answers = self.before.answers
        if self.expect:
            return estimate_f1(answers)[0] if answers.Y.nnz else None
        return measure_f1(answers, np.ones(len(answers), dtype=bool))


def measure_f1(answers: Answers, rows: np.ndarray) -> float | None:
    """Micro-F1 over all tags, learned or not; None without any."""
    hits = sum_rows(answers.Y.multiply(answers.suggested))[rows].sum()
    true = answers.true[rows].sum()
    return divide(2 * hits, true + sum_rows(answers.suggested)[rows].sum()) if true else None
