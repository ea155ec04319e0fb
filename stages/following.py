"""What the followed months are walked with: the trained model and its reference, and the recipe of new ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from stages.answers import CLEAN, answer_held_out
from stages.sections import read_finish
from tagger.drift.build import Model, make_answers
from tagger.drift.params import DriftParams
from tagger.drift.retrain import Recipe, refer
from tagger.drift.views import Words
from tagger.features import number_spaces
from tagger.io import read_months, read_table
from tagger.labels import LabelParams
from tagger.params import parse_section
from tagger.plans import TrainParams
from tagger.splits import Plan, SplitParams
from tagger.tagger import Tagger


def load_model(plan: Plan, drift: DriftParams) -> Model:
    """The trained tagger; it is compared with the months that `drift.reference` names, and by its answers to the
    questions held out."""
    tagger = Tagger.load(Path("models/tagger"))
    held_out = answer_held_out(tagger)
    first = ~held_out.questions["question_id"].duplicated().to_numpy()
    questions = held_out.questions[first]
    words = Words.of(number_spaces(questions))
    answers = make_answers(tagger, questions, held_out.scores[first], held_out.predicted[first], words)
    reference = refer(answers, plan, read_clean, drift)
    return Model(tagger, read_table(Path("data/split/tags.parquet"))["count"].to_numpy(), reference)


def read_recipe(params: dict[str, Any], tagger: Tagger) -> Recipe:
    """How a model as this one is trained anew. Raises ParamsError."""
    train = parse_section(TrainParams, params.get("train"), "train")
    return Recipe(
        tagger.settings,
        parse_section(SplitParams, params.get("split"), "split"),
        parse_section(LabelParams, params.get("labels"), "labels"),
        read_finish(params, train),
    )


def read_clean(months: Sequence[str]) -> pd.DataFrame:
    """The clean questions of some months. Raises DataError."""
    return read_months(CLEAN, months)
