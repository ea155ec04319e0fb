"""Whether one set of predictions is better than another of the same questions: paired bootstrap, metric by metric.

The metrics are those of `metrics.measure` but roc_auc_micro, which needs the score of every tag.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from tagger.errors import DataError
from tagger.labels import binarize_tags
from tagger.metrics import METRICS, lower_is_better

COMPARED = tuple(name for name in METRICS if name != "roc_auc_micro")
BETTER, WORSE, SAME = "better", "worse", "no difference seen"
BEST = 5
# Numbers that a block of draws may hold.
BLOCK = 4_000_000


@dataclass(frozen=True)
class Outcome:
    """What came of each question: label matrices (questions x tags), true and suggested, and sums.

    `sums` has a row per question: hits, suggested, true, wrong, exactly right, has a tag to find, best tag right,
    recall_at_5, f1_at_5; the last three are 0 where there is no tag to find.
    """

    Y: csr_matrix
    predicted: csr_matrix
    sums: np.ndarray


def pair_questions(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of the questions that both predictions have, in the same order. Raises DataError."""
    both, rows, others = np.intersect1d(first["question_id"], second["question_id"], return_indices=True)
    if not len(both):
        raise DataError(
            f"no question is in both: {len(first):,} in the first, {len(second):,} in the second; "
            "compare revisions that were measured on the same months"
        )
    return first.iloc[rows].reset_index(drop=True), second.iloc[others].reset_index(drop=True)


def observe(predictions: pd.DataFrame, tags: Sequence[str]) -> Outcome:
    """What came of each question, over the given tags; see metrics.tabulate_predictions. Raises DataError."""
    Y, predicted = (binarize_tags(predictions[name], tags) for name in ("tags", "suggested"))
    if not Y.nnz:
        raise DataError(f"none of {len(predictions):,} questions has one of the {len(tags):,} learned tags")
    return count_outcome(Y, predicted, find_hits(predictions))


def count_outcome(Y: csr_matrix, predicted: csr_matrix, found: np.ndarray) -> Outcome:
    """What came of each question; `found`: which of its five best tags are its own (questions x 5)."""
    hits, suggested, true = (sum_rows(matrix) for matrix in (Y.multiply(predicted), predicted, Y))
    wrong = suggested + true - 2 * hits
    sums = [hits, suggested, true, wrong, wrong == 0, *rank_hits(found, true)]
    return Outcome(Y, predicted, np.column_stack(sums).astype(np.float64))


def sum_rows(matrix: csr_matrix) -> np.ndarray:
    """Sum of each row."""
    return np.asarray(matrix.sum(axis=1), dtype=np.int64).ravel()


def find_hits(predictions: pd.DataFrame) -> np.ndarray:
    """Which of each question's five best tags are its own (questions x 5); no tag is no hit."""
    found = np.zeros((len(predictions), BEST), dtype=bool)
    for row, ranked, own in zip(found, predictions["ranked"], predictions["tags"], strict=True):
        known = set(own)
        row[: len(ranked)] = [tag in known for tag in ranked[:BEST]]
    return found


def rank_hits(found: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, ...]:
    """Per question: has a tag to find, best tag right, recall_at_5, f1_at_5; see metrics.measure_ranking."""
    hits = found.sum(axis=1)
    precision, recall = hits / BEST, hits / np.clip(true, 1, BEST)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return true > 0, found[:, 0], hits / np.maximum(true, 1), f1


def compare_metrics(first: Outcome, second: Outcome, draws: int = 2000, seed: int = 0) -> pd.DataFrame:
    """Columns metric, first, second, change (second less first), low, high and verdict, one row per metric.

    low and high bound the 95% percentile interval of the change over resampled questions (Efron & Tibshirani 1993,
    An Introduction to the Bootstrap, ch. 13); the verdict is on the second, no difference where it holds 0.
    """
    everyone = np.ones((1, len(first.sums)))
    one, other = measure_drawn(first, everyone)[0], measure_drawn(second, everyone)[0]
    low, high = np.quantile(draw_changes(first, second, draws, seed), [0.025, 0.975], axis=0)
    verdicts = [judge(*row) for row in zip(COMPARED, low, high, strict=True)]
    figures = {"first": one, "second": other, "change": other - one, "low": low, "high": high}
    return pd.DataFrame({"metric": COMPARED} | figures | {"verdict": verdicts})


def draw_changes(first: Outcome, second: Outcome, draws: int, seed: int) -> np.ndarray:
    """Change of each metric (draws x COMPARED) when the same questions are drawn with replacement on both sides."""
    questions, tags = first.Y.shape
    blocks = draw_questions(questions, draws, max(1, BLOCK // max(questions, tags)), seed)
    return np.vstack([measure_drawn(second, counts) - measure_drawn(first, counts) for counts in blocks])


def draw_questions(questions: int, draws: int, at_once: int, seed: int) -> Iterator[np.ndarray]:
    """How often each question was drawn (some draws x questions)."""
    rng = np.random.default_rng(seed)
    for start in range(0, draws, at_once):
        rows = min(at_once, draws - start)
        cells = rng.integers(questions, size=(rows, questions)) + questions * np.arange(rows)[:, None]
        yield np.bincount(cells.ravel(), minlength=rows * questions).reshape(rows, questions).astype(np.float64)


def measure_drawn(outcome: Outcome, counts: np.ndarray) -> np.ndarray:
    """The metrics (draws x COMPARED) of questions that count so often."""
    hits, suggested, true, wrong, exact, asked, best, recall, f1 = (counts @ outcome.sums).T
    size = counts.sum(axis=1)
    figures = {
        "f1_micro": 2 * hits / np.maximum(suggested + true, 1),
        "precision_micro": hits / np.maximum(suggested, 1),
        "recall_micro": hits / np.maximum(true, 1),
        "f1_macro": average_f1(outcome, counts),
        "hamming_loss": wrong / (size * outcome.Y.shape[1]),
        "subset_accuracy": exact / size,
        "precision_at_1": best / np.maximum(asked, 1),
        "recall_at_5": recall / np.maximum(asked, 1),
        "f1_at_5": f1 / np.maximum(asked, 1),
    }
    return np.column_stack([figures[name] for name in COMPARED])


def average_f1(outcome: Outcome, counts: np.ndarray) -> np.ndarray:
    """Mean F1 of the tags in each draw; one that is neither true nor suggested there counts 0."""
    hits = counts @ outcome.Y.multiply(outcome.predicted).tocsr().astype(np.float64)
    sizes = counts @ (outcome.Y.astype(np.float64) + outcome.predicted)
    return np.asarray((2 * hits / np.maximum(sizes, 1)).mean(axis=1))


def judge(metric: str, low: float, high: float) -> str:
    """The verdict on the second."""
    if low <= 0 <= high:
        return SAME
    return BETTER if (low > 0) != lower_is_better(metric) else WORSE
