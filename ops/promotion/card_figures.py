"""What the model card says of the figures: metrics and slices with their intervals, limits, licence of the data."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ops.markdown import draw_table
from ops.promotion.candidate import Candidate
from tagger.comparison import BLOCK, COMPARED, Outcome, draw_questions, measure_drawn
from tagger.slices import DRAWS, INTERVAL, measure_f1

LICENCES = {
    "sample": "The questions are made up by this repository (tagger/sample); nobody's rights are touched.",
    "csv": "That of the table. An export of Stack Exchange: CC BY-SA, name the authors and link the questions.",
}
STACK_EXCHANGE = (
    "Questions of Stack Exchange are under CC BY-SA 4.0 (3.0 before 2018-05-02, 2.5 before 2011-04-08): name the site, "
    "link the question and its author where you show one, and share under the same licence what you make of them. "
    "https://stackoverflow.com/help/licensing"
)


def describe_questions(candidate: Candidate) -> str:
    """What the figures are of."""
    asked = len(candidate.revision.predictions)
    held = {
        "test": "held out: neither learned from nor chosen on",
        "cv": "answered by models of folds that had not seen them",
    }
    return f"On {asked:,} questions, {held[candidate.model['estimate']]}. Intervals: 95% of {DRAWS:,} bootstrap draws."


def draw_metrics(candidate: Candidate, outcome: Outcome) -> str:
    """Each metric of metrics/test.json, with its interval where predictions give one."""
    shape = max(outcome.Y.shape)
    blocks = draw_questions(outcome.Y.shape[0], DRAWS, max(1, BLOCK // shape), seed=0)
    bounds = np.quantile(np.vstack([measure_drawn(outcome, counts) for counts in blocks]), INTERVAL, axis=0)
    intervals = {name: f"{low:.3f} to {high:.3f}" for name, low, high in zip(COMPARED, *bounds, strict=True)}
    del intervals["f1_macro"]  # a draw loses tags that few questions have, so its interval would lie too low
    metrics = {name: value for name, value in candidate.revision.metrics.items() if name != "estimate"}
    rows = [[name, draw_figure(value), intervals.get(name, "-")] for name, value in metrics.items()]
    return draw_table(["metric", "value", "95% interval"], rows)


def draw_slices(candidate: Candidate, outcome: Outcome) -> str:
    """Micro-F1 of each slice with its interval; of one without a question nothing is known."""
    rows = []
    for part in candidate.list_slices(candidate.revision.tags):
        value, low, high = measure_f1(outcome, part) if part.questions else (None, 0, 0)
        interval = "-" if value is None else f"{low:.3f} to {high:.3f}"
        rows.append([part.name, f"{part.questions:,}", draw_figure(value), interval])
    return draw_table(["slice", "questions", "micro-F1", "95% interval"], rows)


def describe_limits(candidate: Candidate) -> str:
    """What it is not good for, as a list."""
    return "\n".join(f"- {line}" for line in list_limits(candidate))


def list_limits(candidate: Candidate) -> Iterator[str]:
    """In sentences, each with its figure."""
    least, drift = min(candidate.counts.values()), candidate.drift
    own = [set(row) for row in candidate.revision.predictions["tags"]]
    total, known = sum(map(len, own)), set(candidate.revision.tags)
    missed = sum(len(row - known) for row in own)
    yield f"It knows {len(known):,} tags; {missed / max(total, 1):.1%} of the tags of these questions are others."
    yield f"A rare tag was seen in {least:,} questions when it learned; the slices above say what that means."
    yield "It has learned from questions of one source; of other sites, languages and kinds of text nothing is known."
    if drift.get("verdict"):
        yield (
            f"Of {drift['months']} months followed {drift['alarms']} gave an alarm; the latest, {drift['month']}, says "
            f"{drift['verdict']}."
        )
    if candidate.model["estimate"] != "test":
        yield "No month was held out: the figures are those of folds."


def find_licence(candidate: Candidate) -> str:
    """Of the questions, by their source."""
    return LICENCES.get(candidate.params["fetch"]["source"], STACK_EXCHANGE)


def draw_figure(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}"
