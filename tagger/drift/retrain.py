"""A model trained anew in a followed month, as the pipeline would that day: the months before it are split again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tagger.cost import Meter
from tagger.dataset import Dataset
from tagger.drift.build import Model, Reference, answer_questions, view_reference
from tagger.drift.params import DriftParams
from tagger.drift.views import Answers
from tagger.engine import Engine
from tagger.final_fit import FinalFit
from tagger.folds import Fold
from tagger.labels import LabelParams, choose_tags
from tagger.plans import Finish
from tagger.splits import Plan, SplitParams, assign_roles, plan_months
from tagger.tagger import Settings

# Reads months, columns of tables.CLEAN and month.
Read = Callable[[Sequence[str]], pd.DataFrame]
ROLES = {"learned": ("train", "validation", "test"), "train": ("train", "validation"), "test": ("test",)}


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: as the one that is followed, with the parameters that its search has found."""

    settings: Settings
    split: SplitParams
    labels: LabelParams
    finish: Finish


def train_anew(recipe: Recipe, months: Sequence[str], read: Read, drift: DriftParams, engine: Engine) -> Model:
    """Learn from months. Raises DataError, ModelError."""
    plan = plan_months(months, recipe.split.model_copy(update={"followed": 0}))
    questions = read(plan.learned).sort_values("question_id", ignore_index=True)
    roles = assign_roles(questions, plan, recipe.split)["role"].to_numpy()
    tags = choose_tags(questions["tags"][roles == "train"], recipe.labels)
    final = Fold(np.flatnonzero(roles == "train"), np.flatnonzero(roles == "validation"))
    last = FinalFit(tags["tag"].tolist(), Dataset.of(questions), final, recipe.finish, engine, Meter(engine.jobs))
    tagger = last.run(recipe.settings)
    held_out = questions[roles == "test"].reset_index(drop=True)
    reference = refer(answer_questions(tagger, held_out), plan, read, drift)
    return Model(tagger, tags["count"].to_numpy(), reference)


def refer(answers: Answers, plan: Plan, read: Read, drift: DriftParams) -> Reference:
    """What months are compared with: those that `drift.reference` names, and the answers to questions held out."""
    months = [month for role in ROLES[drift.reference] for month in getattr(plan, role)]
    return view_reference(lambda: (read([month]) for month in months), answers, drift)
