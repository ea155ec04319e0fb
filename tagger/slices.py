"""Parts of the held-out questions and of the tags, and what micro-F1 two sets of predictions have there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tagger.comparison import BLOCK, Outcome, draw_questions, observe, sum_rows

DRAWS = 2000
# Of the tags by how often they were seen in training, as many tags each.
GROUPS = ("frequent", "middle", "rare")
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class Slice:
    """`rows` of the questions and `columns` of the tags (masks); `questions` that it tells something of."""

    name: str
    rows: np.ndarray
    columns: np.ndarray
    questions: int


@dataclass(frozen=True)
class Change:
    """Micro-F1 of two, how much more the second has, and the 95% interval of that."""

    first: float
    second: float
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class Sliced:
    """A slice by its name; `change` is None where it holds no question."""

    name: str
    questions: int
    change: Change | None


def list_slices(questions: pd.DataFrame, tags: Sequence[str], counts: Mapping[str, int]) -> list[Slice]:
    """The groups of tags, the months, code alone and title alone.

    `questions`: month, text, code and tags of each; `counts`: training questions of each learned tag, of others 0.
    """
    everything = np.ones(len(tags), dtype=bool)
    parts = [Slice(name, rows, everything, int(rows.sum())) for name, rows in mark_questions(questions)]
    own = [set(row) for row in questions["tags"]]
    for name, columns in group_tags(tags, counts):
        named = {tag for tag, inside in zip(tags, columns, strict=True) if inside}
        asked = sum(not named.isdisjoint(row) for row in own)
        parts.append(Slice(name, np.ones(len(questions), dtype=bool), columns, asked))
    return parts


def mark_questions(questions: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Names and masks of the questions' slices."""
    for month in sorted(questions["month"].unique()):
        yield f"month {month}", (questions["month"] == month).to_numpy()
    prose, code = (questions[name].fillna("").str.strip().ne("").to_numpy() for name in ("text", "code"))
    yield "code alone", ~prose & code
    yield "title alone", ~prose & ~code


def group_tags(tags: Sequence[str], counts: Mapping[str, int]) -> Iterator[tuple[str, np.ndarray]]:
    """Thirds of the tags, the most frequent in training first."""
    seen = np.array([counts.get(tag, 0) for tag in tags])
    order = np.argsort(-seen, kind="stable")
    for name, part in zip(GROUPS, np.array_split(order, len(GROUPS)), strict=True):
        if len(part):
            columns = np.zeros(len(tags), dtype=bool)
            columns[part] = True
            yield f"{name} tags ({seen[part].min():,} to {seen[part].max():,})", columns


def observe_pair(first: pd.DataFrame, second: pd.DataFrame, tags: Sequence[str]) -> tuple[Outcome, Outcome]:
    """What came of the same questions on both sides; the second one's own tags are the truth."""
    return observe(first.assign(tags=second["tags"].to_numpy()), tags), observe(second, tags)


def compare_slices(first: Outcome, second: Outcome, parts: Sequence[Slice]) -> list[Sliced]:
    """Micro-F1 of both in each slice."""
    return [
        Sliced(part.name, part.questions, compare_f1(first, second, part) if part.questions else None) for part in parts
    ]


def compare_f1(first: Outcome, second: Outcome, part: Slice | None = None, draws: int = DRAWS) -> Change:
    """Micro-F1 of both; the interval is that of a paired bootstrap, as in comparison.compare_metrics."""
    one, other = count_hits(first, part), count_hits(second, part)
    drawn = np.concatenate([find_f1(counts @ other) - find_f1(counts @ one) for counts in draw(len(one), draws)])
    low, high = np.quantile(drawn, INTERVAL)
    values = float(find_f1(one.sum(axis=0))), float(find_f1(other.sum(axis=0)))
    return Change(*values, values[1] - values[0], float(low), float(high))


def measure_f1(outcome: Outcome, part: Slice | None = None, draws: int = DRAWS) -> tuple[float, float, float]:
    """Micro-F1 and its 95% interval."""
    sums = count_hits(outcome, part)
    low, high = np.quantile(np.concatenate([find_f1(counts @ sums) for counts in draw(len(sums), draws)]), INTERVAL)
    return float(find_f1(sums.sum(axis=0))), float(low), float(high)


def draw(questions: int, draws: int) -> Iterator[np.ndarray]:
    """How often each question is drawn."""
    return draw_questions(questions, draws, max(1, BLOCK // max(questions, 1)), seed=0)


def count_hits(outcome: Outcome, part: Slice | None) -> np.ndarray:
    """Per question: hits, and suggested and true tags together."""
    Y, predicted = outcome.Y, outcome.predicted
    if part is not None:
        Y, predicted = (matrix[part.rows][:, part.columns] for matrix in (Y, predicted))
    hits = sum_rows(Y.multiply(predicted))
    return np.column_stack([hits, sum_rows(Y) + sum_rows(predicted)]).astype(np.float64)


def find_f1(sums: np.ndarray) -> np.ndarray:
    """Micro-F1 of sums (... x 2)."""
    f1: np.ndarray = 2 * sums[..., 0] / np.maximum(sums[..., 1], 1)
    return f1
