"""What is compared of a month and a reference, one test for each thing that may have changed.

Each gives evidence: columns name, before, now, share (the least part of the questions that has changed; for quality
the micro-F1 lost), p, least (the least p that was possible).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp, norm

from tagger.comparison import sum_rows
from tagger.drift import words
from tagger.drift.apart import FOLDS, tell_apart
from tagger.drift.counts import EVIDENCE, compare_counts, count_names, list_names
from tagger.drift.numbers import FLAGS, LENGTHS, UNKNOWN, UNTOLD
from tagger.drift.params import DriftParams
from tagger.drift.views import Answers, View

Comparison = Callable[[View, View], pd.DataFrame]
# Those that need the month's tags.
LABELLED = ("tags", "quality")
# Tags whose scores are compared, the first ones: the most frequent.
SCORED = 100


def list_comparisons(params: DriftParams, tags: Sequence[str]) -> dict[str, tuple[Comparison, float]]:
    """Each comparison by name, with the least effect that matters; `tags` are the learned ones. Where a month has no
    labels, what needs them finds nothing."""
    comparisons: dict[str, tuple[Comparison, float]] = {
        "numbers": (compare_numbers, params.min_share),
        "unknown": (partial(compare_columns, columns=UNKNOWN), params.min_share),
        "domain": (partial(compare_domains, seed=params.seed), params.min_share),
        "words": (compare_words, params.min_share),
        "scores": (partial(compare_scores, tags=tags), params.min_share),
        "tags": (compare_tags, params.min_tag_share),
        "quality": (compare_quality, params.min_loss),
    }
    return comparisons if params.labelled else comparisons | dict.fromkeys(LABELLED, (find_nothing, 1.0))


def find_nothing(before: View, now: View) -> pd.DataFrame:  # noqa: ARG001
    """No evidence."""
    return pd.DataFrame(columns=list(EVIDENCE))


def compare_numbers(before: View, now: View) -> pd.DataFrame:
    """Lengths, share of code, languages, and the shares of broken and of repeated questions."""
    sizes = len(before.numbers), len(now.numbers)
    flagged = (view.numbers[list(FLAGS)].sum().to_numpy() for view in (before, now))
    spoken = [[[code] if code != UNTOLD else [] for code in view.numbers["language"]] for view in (before, now)]
    codes = list_names(*spoken)
    languages = compare_counts(codes, (count_names(part, codes) for part in spoken), sizes)
    languages["name"] = [f"language {code}" for code in codes]
    flags = compare_counts(FLAGS, flagged, sizes)
    return join([compare_columns(before, now, LENGTHS), flags, languages])


def join(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of evidence as one."""
    return pd.concat([table for table in tables if len(table)], ignore_index=True)


def compare_columns(before: View, now: View, columns: Sequence[str]) -> pd.DataFrame:
    """Columns of the numbers."""
    both = [name for name in columns if name in before.numbers and name in now.numbers]
    return compare_values(both, ((view.numbers[name].to_numpy(float) for view in (before, now)) for name in both))


def compare_values(names: Sequence[str], pairs: Iterable[Iterable[np.ndarray]]) -> pd.DataFrame:
    """Means of each pair of samples, Kolmogorov and Smirnov's distance and its p; not a number is left out."""
    rows = []
    for name, (past, now) in zip(names, pairs, strict=True):
        past, now = past[~np.isnan(past)], now[~np.isnan(now)]
        if len(past) and len(now):
            found = ks_2samp(past, now, method="asymp")
            rows.append((name, past.mean(), now.mean(), found.statistic, found.pvalue, 0.0))
    return pd.DataFrame(rows, columns=list(EVIDENCE))


def compare_domains(before: View, now: View, seed: int) -> pd.DataFrame:
    """How well a classifier tells the two apart, as AUC: 2 AUC - 1 is a least share of the questions."""
    if min(len(before.words), len(now.words)) < 2 * FOLDS:
        return pd.DataFrame(columns=list(EVIDENCE))
    past, new, _ = words.count_together(before.words, now.words)
    found = tell_apart(past, new, seed)
    share = max(0.0, 2 * found.auc - 1)
    return pd.DataFrame([("auc", 0.5, found.auc, share, found.p, 0.0)], columns=list(EVIDENCE))


def compare_words(before: View, now: View) -> pd.DataFrame:
    """The share of the questions that each word is in."""
    return words.compare_words(*words.count_together(before.words, now.words))


def compare_scores(before: View, now: View, tags: Sequence[str]) -> pd.DataFrame:
    """The tagger as the detector (black box shift detection: Lipton et al. 2018, arXiv 1802.03916; Rabanser et al.
    2019, arXiv 1810.11953): how often each tag is suggested, and the scores of the most frequent tags."""
    past, new = before.answers, now.answers
    if not len(past) or not len(new):
        return pd.DataFrame(columns=list(EVIDENCE))
    counts = (part.suggested.getnnz(axis=0) for part in (past, new))
    suggested = compare_counts([f"{tag} suggested" for tag in tags], counts, (len(past), len(new)))
    columns = range(min(SCORED, len(tags)))
    pairs = [(part.scores[:, column] for part in (past, new)) for column in columns]
    scores = compare_values([f"score of {tags[column]}" for column in columns], pairs)
    best = compare_values(["best score"], [(best_scores(past), best_scores(new))])
    return join([suggested, scores, best])


def best_scores(answers: Answers) -> np.ndarray:
    """The best score of each question."""
    best: np.ndarray = answers.scores.max(axis=1, initial=0).astype(np.float64)
    return best


def compare_tags(before: View, now: View) -> pd.DataFrame:
    """The share of the questions that each tag has, learned or not."""
    tags = list_names(before.tags, now.tags)
    counts = (count_names(view.tags, tags) for view in (before, now))
    return compare_counts(tags, counts, (len(before), len(now)))


def compare_quality(before: View, now: View) -> pd.DataFrame:
    """Whether micro-F1 has fallen: one-sided, the variance of both ratios by linearization (Cochran 1977, ch. 6)."""
    if min(len(before.answers), len(now.answers)) < 2:
        return pd.DataFrame(columns=list(EVIDENCE))
    (past, past_variance), (new, new_variance) = (estimate_f1(view.answers) for view in (before, now))
    error = np.sqrt(past_variance + new_variance)
    p = float(norm.sf((past - new) / error)) if error else 1.0
    return pd.DataFrame([("f1_micro", past, new, max(0.0, past - new), p, 0.0)], columns=list(EVIDENCE))


def estimate_f1(answers: Answers) -> tuple[float, float]:
    """Micro-F1 and its variance, 0 where one question tells none."""
    hits = sum_rows(answers.Y.multiply(answers.suggested))
    sizes = sum_rows(answers.Y) + sum_rows(answers.suggested)
    if not sizes.sum():
        return 0.0, 0.0
    f1 = 2 * hits.sum() / sizes.sum()
    errors = (2 * hits - f1 * sizes) / sizes.mean()
    return float(f1), float(errors.var(ddof=1) / len(errors)) if len(errors) > 1 else 0.0
