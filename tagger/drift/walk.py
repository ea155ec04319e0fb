"""Walks through the followed months, with one model or with new ones on the way."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from tagger.drift.build import Model, show_rows, view_month
from tagger.drift.follow import Follower
from tagger.drift.params import DriftParams
from tagger.drift.record import Record
from tagger.drift.retrain import Read, Recipe, train_anew
from tagger.drift.views import View
from tagger.engine import Engine


@dataclass(frozen=True)
class Step:
    """A month: its record, its view, what Evidently may see of it, the model that answered, and the seconds of its
    training, 0 where it is that of the month before."""

    record: Record
    view: View
    shown: pd.DataFrame
    model: Model
    seconds: float


def walk(
    months: Sequence[str],
    before: Sequence[str],
    model: Model,
    recipe: Recipe,
    read: Read,
    drift: DriftParams,
    engine: Engine,
) -> Iterator[Step]:
    """Follow `months` in their order; `before` are the months before them. Raises DataError, ModelError."""
    follower = Follower(model, drift)
    records: list[Record] = []
    for number, month in enumerate(months):
        seconds = 0.0
        if is_due(records, drift):
            start = time.monotonic()
            model = train_anew(recipe, [*before, *months[:number]], read, drift, engine)
            follower = follower.renew(model)
            seconds = time.monotonic() - start
        questions = read([month])
        view = view_month(month, questions, model.tagger, model.reference.known, drift)
        records.append(follower.follow(view))
        yield Step(records[-1], view, show_rows(questions.iloc[view.sampled], view.numbers), model, seconds)


def is_due(records: Sequence[Record], drift: DriftParams) -> bool:
    """Whether a new model is due before the next month."""
    if not records:
        return False
    return {
        "fixed": False,
        "rolling": len(records) % drift.every == 0,
        "alarm": records[-1].train_again,
    }[drift.scheme]
