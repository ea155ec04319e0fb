"""Micro-F1 estimated without labels beside what the labels say: `python -m bench.unlabelled FOLDER...`.

A FOLDER holds data/ and models/ of a run: its test questions are the reference, and what it follows is estimated month
by month, with `--rows 500` in periods of so many questions, with `--slices 40` by words in titles.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from bench.unlabelled_tables import Found, count_covered, describe_periods, describe_reference, describe_variants
from bench.variants import VARIANTS, Answers, Asked, count_f1
from tagger.dataset import load_questions
from tagger.drift.estimate import Estimator
from tagger.features import number_spaces
from tagger.io import read_json, read_months, read_table
from tagger.labels import binarize_tags
from tagger.tagger import Tagger

DRAWS = 1000
FEWEST = 20


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
    counts = said.explode().value_counts().sort_index().sort_values(ascending=False, kind="stable")
    for word in counts.index[:words]:
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--rows", type=int, help="cut the followed questions anew, so many to a period")
    parser.add_argument("--slices", type=int, help="those that say a word, for so many of the commonest")
    args = parser.parse_args()
    for folder in args.folders:
        reference, found = follow(folder, args)
        print(f"\n{folder.name}: {describe_reference(reference)}\n")
        print("\n".join(describe_periods(found)), end="\n\n")
        print("\n".join(describe_variants(found)), end="\n\n")
        weighted, not_weighted = (count_covered(found, name) for name in ("estimate", "unweighted"))
        print(f"Measured within the range: {weighted} of {len(found)}, not weighted {not_weighted}.")


if __name__ == "__main__":
    main()
