"""Is a pull request's head better than its base: one word, and why in one sentence."""

from dataclasses import dataclass

import pandas as pd

from ops.comparison import ALIKE, Comparison
from ops.pull.changes import find_out
from ops.pull.side import Side
from ops.revisions import PREDICTIONS
from tagger.comparison import BETTER, SAME, WORSE
from tagger.metrics import METRICS

NOT_COMPARABLE = "not comparable"
# The metric that decides; the others are named beside.
DECIDES = "f1_micro"
# Of the questions of the side that has fewer, so many must be in both.
COMMON = 0.5


@dataclass(frozen=True)
class Verdict:
    """`word` is better, worse, no difference seen or not comparable; `reason` holds names as users gave them."""

    word: str
    reason: str


def judge(base: Side, head: Side, comparison: Comparison | None, refusal: str) -> Verdict:
    """The verdict on head; `refusal` says why there is no comparison."""
    estimates = [side.test.get("estimate", "unknown") for side in (base, head)]
    untested = [side.source.name for side in (base, head) if not side.test]
    if untested:
        return Verdict(NOT_COMPARABLE, f"{' and '.join(untested)} left no metrics/test.json")
    if estimates[0] != estimates[1]:
        return Verdict(NOT_COMPARABLE, f"estimate is {estimates[0]} at base and {estimates[1]} at head")
    if comparison is None:
        return judge_lock(base, head, refusal)
    sizes = [len(comparison.first.predictions), len(comparison.second.predictions)]
    if comparison.questions < COMMON * min(sizes):
        counts = f"{comparison.questions:,} questions are in both, of {sizes[0]:,} at base and {sizes[1]:,} at head"
        return Verdict(NOT_COMPARABLE, f"tested on other questions: only {counts}")
    return judge_metrics(comparison)


def judge_lock(base: Side, head: Side, refusal: str) -> Verdict:
    """Without a comparison: the same predictions, or nothing that can be said."""
    digests = [find_out(side, PREDICTIONS) for side in (base, head)]
    if digests[0] and digests[0] == digests[1]:
        return Verdict(SAME, f"{PREDICTIONS} is the same on both sides by dvc.lock")
    return Verdict(NOT_COMPARABLE, refusal)


def judge_metrics(comparison: Comparison) -> Verdict:
    """By the metric that decides, with what the others say."""
    questions = f"{comparison.questions:,} questions"
    if ALIKE in comparison.notes:
        return Verdict(SAME, f"both suggest the same tags for each of {questions}")
    rows = comparison.metrics.set_index("metric")
    row = rows.loc[DECIDES]
    went = {BETTER: "rose", WORSE: "fell"}.get(row["verdict"], "went")
    figures = f"micro-F1 {went} from {row['first']:.5f} to {row['second']:.5f}"
    interval = f"{row['change']:+.5f}, 95% interval {row['low']:+.5f} to {row['high']:+.5f}"
    others = list_others(rows)
    return Verdict(row["verdict"], f"{figures} ({interval}, on {questions})" + (f"; {others}" if others else ""))


def list_others(rows: pd.DataFrame) -> str:
    """The other metrics with a verdict of their own."""
    found = {
        word: [name for name in METRICS if name != DECIDES and rows.loc[name, "verdict"] == word]
        for word in (BETTER, WORSE)
    }
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in found.items() if names)
