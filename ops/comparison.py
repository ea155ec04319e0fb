"""Two revisions side by side: what each suggested, paired question by question, and how far that can be compared."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ops.revisions import WORKSPACE, Revision, RevisionError, Source, open_revision, read_revision
from tagger.comparison import compare_metrics, observe, pair_questions
from tagger.mcnemar import compare_tags
from tagger.metrics import METRICS

DRAWS = 2000
# A longer name of a revision gives way to its commit.
WIDEST = 18
ALIKE = "Both suggest the same tags for every question."


@dataclass(frozen=True)
class Comparison:
    """`metrics` is what compare_metrics gives, with roc_auc_micro, `tags` compare_tags; `questions` are of both."""

    first: Revision
    second: Revision
    questions: int
    draws: int
    metrics: pd.DataFrame
    tags: pd.DataFrame
    notes: list[str]


def compare_revisions(first: str, second: str, draws: int = DRAWS, seed: int = 0) -> Comparison:
    """Compare two revisions over the tags that either learned. Raises TaggerError."""
    sources = [open_revision(name) for name in (first, second)]
    if sources[0].commit == sources[1].commit:
        what = "the workspace" if sources[0].commit is None else f"commit {sources[0].commit[:7]}"
        raise RevisionError(f"{first} and {second} are both {what}: name two revisions, such as HEAD and {WORKSPACE}")
    one, other = (read_revision(source) for source in sources)
    pairs = pair_questions(one.predictions, other.predictions)
    tags = sorted({*one.tags, *other.tags})
    outcomes = [observe(predictions, tags) for predictions in pairs]
    metrics = add_roc_auc(compare_metrics(*outcomes, draws, seed), one, other)
    notes = list(find_notes(one, other, pairs, len(tags)))
    if (outcomes[0].predicted != outcomes[1].predicted).nnz == 0:
        notes.append(ALIKE)
    return Comparison(one, other, len(pairs[0]), draws, metrics, compare_tags(*outcomes, tags), notes)


def add_roc_auc(metrics: pd.DataFrame, first: Revision, second: Revision) -> pd.DataFrame:
    """Put in what metrics/test.json has of the metric that cannot be measured from predictions."""
    one, other = (float(revision.metrics.get("roc_auc_micro") or "nan") for revision in (first, second))
    row = {"metric": "roc_auc_micro", "first": one, "second": other, "change": other - one, "verdict": None}
    whole = pd.concat([metrics, pd.DataFrame([row])]).set_index("metric")
    return whole.loc[list(METRICS)].reset_index()


def find_notes(first: Revision, second: Revision, pairs: tuple[pd.DataFrame, pd.DataFrame], tags: int) -> Iterator[str]:
    """What a reader must know of how far the two can be compared."""
    names, common = (label(first), label(second)), len(pairs[0])
    estimates = [revision.metrics.get("estimate") for revision in (first, second)]
    if estimates[0] != estimates[1]:
        yield "Warning: estimate is {} in {} and {} in {}: not measured in the same way.".format(
            estimates[0] or "unknown", names[0], estimates[1] or "unknown", names[1]
        )
    besides = [len(revision.predictions) - common for revision in (first, second)]
    if any(besides):
        yield (
            f"Compared on the {common:,} questions of both; {names[0]} has {besides[0]:,} besides, "
            f"{names[1]} {besides[1]:,}."
        )
    if set(first.tags) != set(second.tags):
        only = [len({*one.tags} - {*other.tags}) for one, other in ((first, second), (second, first))]
        yield (
            f"The learned tags differ: {only[0]:,} only in {names[0]}, {only[1]:,} only in {names[1]}. "
            f"All {tags:,} count; one that a revision has not learned is missed there."
        )
    changed = sum(set(one) != set(other) for one, other in zip(pairs[0]["tags"], pairs[1]["tags"], strict=True))
    if changed:
        yield f"Of the questions, {changed:,} have other tags of their own in one of the two; each counts with its own."


def label(revision: Revision | Source) -> str:
    """The name, or the commit where the name is long."""
    return revision.name if revision.commit is None or len(revision.name) <= WIDEST else revision.commit[:7]
