"""What a model's suggestions are worth: ten scalars, a table by tag, curves.

The label matrix holds the learned tags alone; a question's other tags count neither for nor against. The ranking
metrics (precision_at_1, recall_at_5, f1_at_5) are means over the questions that have at least one of the tags.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

DIGITS = 6
CURVE_POINTS = 100


def measure(Y: csr_matrix, scores: np.ndarray, predicted: csr_matrix) -> dict[str, float | None]:
    """The ten metrics, rounded; None where they are not defined (no question, or no tag to find)."""
    if not Y.sum():
        return dict.fromkeys(METRICS)
    figures = measure_sets(Y, predicted) | measure_ranking(Y, scores)
    return {name: round(float(figures[name]), DIGITS) for name in METRICS}


METRICS = (
    "f1_micro",
    "precision_micro",
    "recall_micro",
    "f1_macro",
    "hamming_loss",
    "subset_accuracy",
    "roc_auc_micro",
    "precision_at_1",
    "recall_at_5",
    "f1_at_5",
)


def lower_is_better(metric: str) -> bool:
    """Whether less of a metric is better."""
    return metric == "hamming_loss"


def measure_sets(Y: csr_matrix, predicted: csr_matrix) -> dict[str, float]:
    """Metrics of the suggested sets, as scikit-learn defines them (zero_division=0)."""
    per_tag = count_by_tag(Y, predicted)
    hits, suggested, true = (per_tag[name].sum() for name in ("hits", "suggested", "true"))
    wrong = np.asarray((predicted != Y).sum(axis=1)).ravel()
    return {
        "f1_micro": divide(2 * hits, suggested + true),
        "precision_micro": divide(hits, suggested),
        "recall_micro": divide(hits, true),
        "f1_macro": per_tag["f1"].mean(),
        "hamming_loss": wrong.mean() / Y.shape[1],
        "subset_accuracy": (wrong == 0).mean(),
    }


def measure_ranking(Y: csr_matrix, scores: np.ndarray, k: int = 5) -> dict[str, float]:
    """Metrics of the order of the scores.

    recall_at_5 is hits / true tags. f1_at_5 is PTM4Tag's (He et al., ICPC 2022, arXiv 2203.10965): per question the
    harmonic mean of precision@5 = hits / 5 and recall@5 = hits / min(5, true tags).
    """
    true = np.asarray(Y.sum(axis=1)).ravel()
    asked = true > 0
    order = rank_tags(scores, k)
    found = np.asarray(Y[np.arange(len(scores))[:, None], order].todense())[asked]
    hits, true = found.sum(axis=1), true[asked]
    precision, recall = hits / k, hits / np.minimum(true, k)
    both = precision + recall
    return {
        "roc_auc_micro": roc_auc(Y, scores),
        "precision_at_1": found[:, 0].mean(),
        "recall_at_5": (hits / true).mean(),
        "f1_at_5": np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0).mean(),
    }


def rank_tags(scores: np.ndarray, k: int) -> np.ndarray:
    """Columns of each row's k best scores, best first; of equal scores the first column."""
    k = min(k, scores.shape[1])
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def best_entries(scores: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of each row's `most` best scores."""
    most = min(most, scores.shape[1])
    best = np.argpartition(-scores, most - 1, axis=1)[:, :most]
    return np.repeat(np.arange(len(scores)), most), best.ravel()


def roc_auc(Y: csr_matrix, scores: np.ndarray) -> float:
    """Probability that a true (question, tag) scores above a false one, ties half: the Mann-Whitney statistic."""
    positive = scores[Y.nonzero()]
    values, counts = np.unique(positive, return_counts=True)
    everything = np.sort(scores, axis=None)
    below = np.searchsorted(everything, values, "left") + np.searchsorted(everything, values, "right")
    among = np.cumsum(counts) * 2 - counts
    wins = ((below - among) * counts).sum() / 2
    return divide(wins, len(positive) * (everything.size - len(positive)))


def count_by_tag(Y: csr_matrix, predicted: csr_matrix) -> pd.DataFrame:
    """Columns true, suggested, hits, precision, recall and f1, one row per tag."""
    true, suggested = (np.asarray(matrix.sum(axis=0), dtype=np.int64).ravel() for matrix in (Y, predicted))
    hits = np.asarray(Y.multiply(predicted).sum(axis=0), dtype=np.int64).ravel()
    figures = {"true": true, "suggested": suggested, "hits": hits}
    return pd.DataFrame(
        figures
        | {
            "precision": hits / np.maximum(suggested, 1),
            "recall": hits / np.maximum(true, 1),
            "f1": 2 * hits / np.maximum(true + suggested, 1),
        }
    )


def tabulate_tags(Y: csr_matrix, predicted: csr_matrix, tags: Sequence[str], trained: Sequence[int]) -> pd.DataFrame:
    """The table by tag, the most frequent in training first; `trained` counts the training questions of each."""
    table = count_by_tag(Y, predicted)
    table.insert(0, "tag", list(tags))
    table.insert(1, "trained", list(trained))
    return table.sort_values(["trained", "tag"], ascending=[False, True], ignore_index=True)


def trace_thresholds(Y: csr_matrix, scores: np.ndarray) -> pd.DataFrame:
    """Precision, recall and F1 (micro) at thresholds that suggest from few tags to twice as many as are true."""
    true = int(Y.sum())
    most = min(2 * true, scores.size)
    flat = scores.ravel()
    best = np.argpartition(-flat, most - 1)[:most]
    order = best[np.argsort(-flat[best], kind="stable")]
    hits = np.cumsum(np.asarray(Y[np.unravel_index(order, scores.shape)]).ravel())
    sizes = np.unique(np.linspace(1, most, CURVE_POINTS).astype(int))
    found = hits[sizes - 1]
    figures = {"precision": found / sizes, "recall": found / true, "f1": 2 * found / (sizes + true)}
    return pd.DataFrame({"threshold": flat[order][sizes - 1]} | figures)


def tabulate_calibration(Y: csr_matrix, scores: np.ndarray, least: float = 0.01, bins: int = 20) -> pd.DataFrame:
    """A reliability diagram: pairs by predicted probability, in bins of as many pairs each, from `least` on.

    Columns probability (mean), share (of true ones) and pairs.
    """
    rows, tags = np.nonzero(scores >= least)
    if not len(rows):  # scipy has no empty selection of pairs
        return pd.DataFrame(columns=["probability", "share", "pairs"], dtype=np.float64)
    order = np.argsort(scores[rows, tags], kind="stable")
    found = scores[rows, tags][order].astype(np.float64)
    # For no pair at all scipy gives a sparse matrix.
    hits = np.asarray(Y[rows[order], tags[order]] if len(order) else []).ravel().astype(np.float64)
    parts = [part for part in np.array_split(np.arange(len(found)), bins) if len(part)]
    table = [(found[part].mean(), hits[part].mean(), len(part)) for part in parts]
    return pd.DataFrame(table, columns=["probability", "share", "pairs"])


def tabulate_confusion(Y: csr_matrix, predicted: csr_matrix, tags: Sequence[str], pairs: int = 20) -> pd.DataFrame:
    """The tags most often suggested in another's place, and as often as a question has the one and gets the other:
    columns actual, suggested, a row for each question, for a plot that counts them."""
    missed, wrong = (csr_matrix(part, dtype=np.int32) for part in (predicted < Y, predicted > Y))
    confused = (missed.T @ wrong).tocoo()
    order = np.lexsort((confused.col, confused.row, -confused.data))[:pairs]
    times = confused.data[order]
    names = np.array(tags, dtype=object)
    columns = {"actual": names[confused.row[order]], "suggested": names[confused.col[order]]}
    return pd.DataFrame({name: np.repeat(values, times) for name, values in columns.items()})


def divide(part: float, whole: float) -> float:
    """A share that is 0 where there is nothing to share."""
    return float(part / whole) if whole else 0.0


def tabulate_predictions(
    questions: pd.DataFrame, scores: np.ndarray, predicted: csr_matrix, tags: Sequence[str], k: int = 10
) -> pd.DataFrame:
    """Per question: question_id, month, tags (all of its own), suggested, and the k best as ranked and scores."""
    names = np.array(tags, dtype=object)
    order = rank_tags(scores, k)
    return pd.DataFrame(
        {
            "question_id": questions["question_id"],
            "month": questions["month"],
            "tags": questions["tags"],
            "suggested": [names[row].tolist() for row in np.split(predicted.indices, predicted.indptr[1:-1])],
            "ranked": names[order].tolist(),
            "scores": np.take_along_axis(scores, order, axis=1).round(4).tolist(),
        }
    )
