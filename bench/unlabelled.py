"""Micro-F1 estimated without labels beside what the labels say: `python -m bench.unlabelled FOLDER...`.

A FOLDER holds data/ and models/ of a run: its test questions are the reference, and what it follows is estimated month
by month, with `--rows 500` in periods of so many questions, with `--slices 40` by words in titles.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from bench.estimates import show, show_change, show_interval
from bench.results import format_table
from bench.variants import PLAIN, VARIANTS, Answers, Asked, count_f1
from tagger.dataset import load_questions
from tagger.drift.estimate import Estimate, Estimator
from tagger.features import number_spaces
from tagger.io import read_json, read_months, read_table
from tagger.labels import binarize_tags
from tagger.tagger import Tagger

DRAWS = 1000
WITHIN = 0.02
FEWEST = 20
HEAD = ["", "questions", "measured (95%)", "as they are", "estimated (range)", "error", "effective", "AUC"]


@dataclass(frozen=True)
class Found:
    """A period: what was measured, and that of its questions drawn anew (draws), and what was estimated."""

    name: str
    questions: int
    measured: float
    drawn: np.ndarray
    auc: float
    estimate: Estimate
    unweighted: Estimate
    variants: dict[str, float]

    @property
    def interval(self) -> list[float]:
        """The measured figure between the ends of its 95% interval over questions, as show_interval wants them."""
        return [self.measured, *np.quantile(self.drawn, [0.025, 0.975]).tolist()]


def answer(tagger: Tagger, questions: pd.DataFrame) -> tuple[csr_matrix, Answers]:
    """Features of the questions, and what the tagger answers."""
    spaces = number_spaces(questions)
    probabilities = tagger.scores(questions, spaces)
    Y = binarize_tags(questions["tags"], tagger.tags)
    return tagger.vectorizer.transform(spaces), Answers(Y, probabilities, tagger.rule.choose(probabilities))


def find_odds(reference: csr_matrix, asked: csr_matrix) -> tuple[float, np.ndarray]:
    """How well they can be told apart (AUC), and the odds of each reference question to be one of those asked about,
    by a classifier that has not seen it."""
    y = np.repeat([0, 1], [reference.shape[0], asked.shape[0]])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    model = LogisticRegression(max_iter=200, tol=1e-3)
    scores = cross_val_predict(model, vstack([reference, asked], "csr"), y, method="decision_function", cv=folds)
    return float(roc_auc_score(y, scores)), np.exp(scores[y == 0])


def cut_followed(questions: pd.DataFrame, args: argparse.Namespace) -> Iterator[tuple[str, pd.DataFrame]]:
    """Periods of at least FEWEST questions, and their names."""
    cut = slice_questions(questions, args.slices) if args.slices else cut_rows(questions, args.rows)
    return ((name, part) for name, part in cut if len(part) >= FEWEST)


def cut_rows(questions: pd.DataFrame, rows: int | None) -> Iterator[tuple[str, pd.DataFrame]]:
    """By month, or so many at a time, named by the first one's time."""
    if rows is None:
        yield from questions.groupby("month")
        return
    questions = questions.sort_values(["created", "question_id"], ignore_index=True)
    for start in range(0, len(questions), rows):
        part = questions.iloc[start : start + rows]
        yield f"{part['created'].iloc[0]:%Y-%m-%d %H:%M}", part


def slice_questions(questions: pd.DataFrame, words: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Those that say one of the commonest words of titles, a slice for each: what is asked differs, while how it is
    tagged does not."""
    said = questions["title_tokens"].str.split().map(set)
    for word in said.explode().value_counts().index[:words]:
        yield f"says {word}", questions[[word in tokens for tokens in said]]


def follow(folder: Path, args: argparse.Namespace) -> tuple[Answers, list[Found]]:
    """What is answered to the reference, and every period."""
    tagger, plan = Tagger.load(folder / "models/tagger"), read_json(folder / "data/split/plan.json")
    rows = read_table(folder / "data/split/rows.parquet")
    words, reference = answer(tagger, load_questions(folder / "data/clean", rows[rows["role"] == "test"]))
    estimator = Estimator(reference.Y, reference.probabilities, reference.predicted)
    found = []
    for name, questions in cut_followed(read_months(folder / "data/clean", plan["followed"]), args):
        others, asked = answer(tagger, questions)
        auc, odds = find_odds(words, others)
        found.append(judge(name, auc, Asked(reference, asked, estimator, odds)))
    return reference, found


def judge(name: str, auc: float, case: Asked) -> Found:
    """One period."""
    counts, asked = case.asked.count(), case.asked
    size = len(counts)
    drawn = np.random.default_rng(0).multinomial(size, np.full(size, 1 / size), DRAWS) @ counts
    estimate, unweighted = (
        case.estimator.estimate(asked.probabilities, asked.predicted, odds) for odds in (case.odds, None)
    )
    variants = {key: variant(case) for key, variant in VARIANTS.items()}
    return Found(name, size, float(count_f1(counts.sum(axis=0))), count_f1(drawn), auc, estimate, unweighted, variants)


def describe_periods(found: Sequence[Found]) -> list[str]:
    """A row for each."""
    rows = []
    for period in found:
        estimate = period.estimate
        expected = None if estimate.f1_micro is None else [estimate.f1_micro, estimate.low or 0, estimate.high or 0]
        figures = [show_interval(period.interval), show(period.variants[PLAIN]), show_interval(expected)]
        figures += [show_change(estimate.f1_micro, period.measured), f"{estimate.effective:,.0f}", show(period.auc)]
        rows.append([period.name, f"{period.questions:,}", *figures])
    return format_table(HEAD, rows)


def describe_variants(found: Sequence[Found]) -> list[str]:
    """How far each variant is off, and last the measured figure itself where its questions are drawn anew."""
    measured = np.array([period.measured for period in found])
    ends = np.array([period.interval[1:] for period in found])
    rows = []
    for name in VARIANTS:
        estimated = np.array([period.variants[name] for period in found])
        outside = ((estimated < ends[:, 0]) | (estimated > ends[:, 1])).sum()
        rows.append([name, *describe_errors(estimated - measured), f"{outside} of {len(found)}"])
    chance = np.concatenate([period.drawn - period.measured for period in found])
    rows.append(["*chance: the same questions drawn anew*", *describe_errors(chance), "-"])
    head = ["", "mean absolute error", "mean error", "within .02", "outside the measured 95% interval"]
    return format_table(head, rows)


def describe_errors(errors: np.ndarray) -> list[str]:
    """Mean absolute and mean error, and the share within WITHIN."""
    shares = np.abs(errors).mean(), np.mean(np.abs(errors) <= WITHIN)
    return [f"{shares[0]:.4f}"[1:], show_change(errors.mean(), 0), f"{shares[1]:.0%}"]


def count_covered(found: Sequence[Found], name: str) -> int:
    """Periods whose measured figure lies in the range of an estimate."""
    estimates = [(getattr(period, name), period.measured) for period in found]
    return sum((estimate.low or 0) <= measured <= (estimate.high or 0) for estimate, measured in estimates)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--rows", type=int, help="cut the followed questions anew, so many to a period")
    parser.add_argument("--slices", type=int, help="those that say a word, for so many of the commonest")
    args = parser.parse_args()
    for folder in args.folders:
        reference, found = follow(folder, args)
        counts = reference.count()
        print(f"\n{folder.name}: {len(counts):,} reference questions, {show(count_f1(counts.sum(axis=0)))} measured\n")
        print("\n".join(describe_periods(found)), end="\n\n")
        print("\n".join(describe_variants(found)), end="\n\n")
        weighted, not_weighted = (count_covered(found, name) for name in ("estimate", "unweighted"))
        print(f"Measured within the range: {weighted} of {len(found)}, not weighted {not_weighted}.")


if __name__ == "__main__":
    main()
