"""What is answered to questions that no model which answers them has learned from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from tagger.dataset import load_questions
from tagger.folds import FINAL
from tagger.io import read_arrays, read_table
from tagger.tagger import Tagger
from tagger.validating import unpack_judged

CLEAN = Path("data/clean")


@dataclass(frozen=True)
class Answered:
    """Questions, their probabilities and suggested tags; `estimate`: test (never seen), or cv (of the folds)."""

    questions: pd.DataFrame
    scores: np.ndarray
    predicted: csr_matrix
    estimate: str


def answer_held_out(tagger: Tagger) -> Answered:
    """The test questions, or where the strategy holds none out those of the folds."""
    rows = read_table(Path("data/split/rows.parquet"))
    tested = rows[(rows["fold"] == FINAL) & (rows["role"] == "test")]
    return answer_test(tagger, tested) if len(tested) else read_folds(rows)


def answer_test(tagger: Tagger, rows: pd.DataFrame) -> Answered:
    """What the tagger answers to the questions held out."""
    questions = load_questions(CLEAN, rows)
    scores = tagger.scores(questions)
    return Answered(questions, scores, tagger.rule.choose(scores), "test")


def read_folds(rows: pd.DataFrame) -> Answered:
    """What the folds' models answered to the questions that they had not seen; a bootstrap's more than once."""
    ids, scores, predicted = unpack_judged(read_arrays(Path("data/out_of_fold.npz")))
    questions = load_questions(CLEAN, rows[rows["question_id"].isin(ids)]).set_index("question_id")
    return Answered(questions.loc[ids].reset_index(), scores, predicted, "cv")
