"""How good the answers of a month are: metrics with intervals, each tag's F1, calibration, a better threshold."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.stats import betabinom

from tagger.calibration import group_tags
from tagger.comparison import BEST, COMPARED, Outcome, count_outcome, draw_questions, measure_drawn
from tagger.drift.comparisons import estimate_f1
from tagger.drift.counts import compare_counts
from tagger.drift.evidence import adjust
from tagger.drift.views import Answers
from tagger.metrics import DIGITS, best_entries, count_by_tag, rank_tags, tabulate_calibration
from tagger.thresholds import Rule, cut_best

DRAWS = 500
BLOCK = 2_000_000
GROUPS = ("rare", "middle", "frequent")
BINS = 10
MOST = 20
PARTS = ("value", "low", "high")


def measure_month(answers: Answers, seed: int) -> dict[str, dict[str, float]] | None:
    """Each metric with its 95% interval over resampled questions; None where there is no tag to find.

    The interval is moved to the value: a rare tag that is not drawn counts 0 in f1_macro, which pulls all draws down.
    """
    if not answers.Y.nnz:
        return None
    outcome = count_outcome(answers.Y, answers.suggested, find_best(answers))
    value = measure_drawn(outcome, np.ones((1, len(answers))))[0]
    drawn = draw_metrics(outcome, seed)
    low, high = value + np.quantile(drawn - drawn.mean(axis=0), [0.025, 0.975], axis=0)
    figures = np.column_stack([value, low, high]).clip(0, 1).round(DIGITS).tolist()
    return {name: dict(zip(PARTS, row, strict=True)) for name, row in zip(COMPARED, figures, strict=True)}


def find_best(answers: Answers) -> np.ndarray:
    """Which of each question's five best tags are its own (questions x 5)."""
    ranked = rank_tags(answers.scores, BEST)
    found: np.ndarray = np.asarray(answers.Y[np.arange(len(answers))[:, None], ranked].todense()) > 0
    return found


def draw_metrics(outcome: Outcome, seed: int) -> np.ndarray:
    """The metrics of resampled questions (draws x COMPARED)."""
    questions, tags = outcome.Y.shape
    at_once = max(1, BLOCK // max(questions, tags))
    return np.vstack([measure_drawn(outcome, counts) for counts in draw_questions(questions, DRAWS, at_once, seed)])


def compare_tags(before: Answers, now: Answers, tags: Sequence[str], level: float) -> pd.DataFrame:
    """By tag the F1 before and now, each drawn to what is usual (see pool_shares), and q of no difference; columns tag,
    true, f1_before, f1, q, the most certain first.

    Tested is the share of hits among the pairs that are true or suggested, J = F1 / (2 - F1), by Fisher's test: given
    which pairs there are, each is a hit or not.
    """
    (past_hits, past_pairs), (hits, pairs) = count_pairs(before), count_pairs(now)
    past = pool_shares(past_hits, past_pairs, np.full(len(tags), past_hits.sum() / max(past_pairs.sum(), 1)))
    shift = (hits.sum() / max(pairs.sum(), 1)) / max((past * pairs).sum() / max(pairs.sum(), 1), 1e-9)
    present = pool_shares(hits, pairs, (past * shift).clip(0, 1))
    evidence = compare_counts(tags, (past_hits, hits), (past_pairs, pairs))
    table = adjust(evidence, level).set_index("name").loc[list(tags)]
    figures = {"true": now.Y.getnnz(axis=0), "f1_before": 2 * past / (1 + past), "f1": 2 * present / (1 + present)}
    found = pd.DataFrame({"tag": list(tags)} | figures | {"p": table["p"].to_numpy(), "q": table["q"].to_numpy()})
    return found.sort_values(["p", "tag"], ignore_index=True)


def count_pairs(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """By tag the hits, and the questions in which it is true or suggested."""
    counts = count_by_tag(answers.Y, answers.suggested)
    return counts["hits"].to_numpy(), (counts["true"] + counts["suggested"] - counts["hits"]).to_numpy()


def pool_shares(hits: np.ndarray, pairs: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Shares of hits, each drawn to its `usual` one as if that had been seen in so many pairs more as makes what was
    seen likeliest: an empirical Bayes estimate, beta-binomial (partial pooling)."""
    usual = usual.clip(1e-3, 1 - 1e-3)
    seen = pairs > 0

    def lose(log_strength: float) -> float:
        strength = np.exp(log_strength)
        chance = betabinom.logpmf(hits[seen], pairs[seen], strength * usual[seen], strength * (1 - usual[seen]))
        return -float(chance.sum())

    strength = np.exp(minimize_scalar(lose, bounds=(0, 7), method="bounded").x) if seen.any() else 1.0
    pooled: np.ndarray = (hits + strength * usual) / (pairs + strength)
    return pooled


def measure_calibration(answers: Answers, trained: np.ndarray) -> list[dict[str, Any]]:
    """The expected calibration error by group of tags (GROUPS, as many tags each, by how often each was `trained`):
    mean distance of probability and share that came true, over BINS bins of as many pairs."""
    group = group_tags(trained, len(GROUPS))
    rows = []
    for number, name in enumerate(GROUPS):
        columns = np.flatnonzero(group == number)
        table = tabulate_calibration(answers.Y[:, columns], answers.scores[:, columns], bins=BINS)
        pairs = int(table["pairs"].sum())
        error = (table["pairs"] * (table["probability"] - table["share"]).abs()).sum() / max(pairs, 1)
        rows.append({"tags": name, "pairs": pairs, "ece": round(float(error), DIGITS)})
    return rows


def gain_threshold(answers: Answers) -> float:
    """Micro-F1 that the best common threshold would gain on these questions; it is chosen on them, so at most that."""
    if not answers.Y.nnz:
        return 0.0
    rows, tags = best_entries(answers.scores, MOST)
    threshold = cut_best(answers.scores[rows, tags], np.asarray(answers.Y[rows, tags]).ravel(), int(answers.Y.sum()))
    chosen = replace(answers, suggested=Rule(threshold).choose(answers.scores))
    return max(0.0, estimate_f1(chosen)[0] - estimate_f1(answers)[0])
