"""Which months and rows are trained on, validated, tested and followed."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from tagger.errors import DataError
from tagger.params import Section

logger = logging.getLogger(__name__)

ROLES = ("train", "validation", "test")


class SplitParams(Section):
    """Section `split`: months counted back from the last one; validation may be a share of the training rows.

    `fold_by`: how folds are dealt, grouped where questions have `similarity` in common; `max_folds` and
    `min_questions` (of each role in a fold) refuse what would cost too much or tell nothing.
    """

    method: Literal["time", "random"] = "time"
    seed: int = 0
    validation: int | float = Field(ge=0)
    test: int = Field(ge=1)
    followed: int = Field(ge=0)
    fold_by: Literal["random", "duplicates", "time"] = "random"
    similarity: float = Field(default=0.8, gt=0, le=1)
    max_folds: int = Field(default=100, ge=1)
    min_questions: int = Field(default=20, ge=1)

    @field_validator("validation")
    @classmethod
    def check_validation(cls, validation: int | float) -> int | float:
        """Raises ValueError for one month and a half."""
        if validation >= 1 and validation != int(validation):
            raise ValueError("should be a whole number of months, or a share below 1")
        return validation


@dataclass(frozen=True)
class Plan:
    """The months of each role. Where validation is a share of the rows, it has no month of its own."""

    train: list[str]
    validation: list[str]
    test: list[str]
    followed: list[str]

    @property
    def learned(self) -> list[str]:
        """The months before the followed ones."""
        return self.train + self.validation + self.test

    def as_dict(self) -> dict[str, list[str]]:
        return asdict(self)


def plan_months(months: Sequence[str], params: SplitParams) -> Plan:
    """Deal the months out, the last ones to `followed`; that shrinks first where they are too few. Raises DataError."""
    validation = params.validation if is_months(params.validation) else 0
    needed = 1 + int(validation) + params.test
    if len(months) < needed:
        raise DataError(
            f"split needs {needed} months (1 of training, {int(validation)} of validation, {params.test} of test) "
            f"and there are {len(months)}: fetch more months, or lower split.validation or split.test"
        )
    followed = min(params.followed, len(months) - needed)
    if followed < params.followed:
        logger.warning("%d months: split.followed shrinks from %d to %d", len(months), params.followed, followed)
    end = len(months) - followed
    test = end - params.test
    train = test - int(validation)
    return Plan(list(months[:train]), list(months[train:test]), list(months[test:end]), list(months[end:]))


def is_months(validation: int | float) -> bool:
    """Whether `split.validation` counts months; below 1 it is a share of the training rows."""
    return validation == 0 or validation >= 1


def assign_roles(rows: pd.DataFrame, plan: Plan, params: SplitParams) -> pd.DataFrame:
    """Give each question a role.

    `rows` has question_id, created and month, none of a followed month. Returns question_id, month and role,
    sorted by question_id. Raises DataError where a role that was asked for gets no row.
    """
    roles = np.full(len(rows), "train", dtype=object)
    for role in ("validation", "test"):
        roles[rows["month"].isin(getattr(plan, role)).to_numpy()] = role
    if params.method == "random":
        roles = np.random.default_rng(params.seed).permutation(roles)
    if not is_months(params.validation):
        roles = take_share(rows, roles, params)
    for role in ROLES:
        wanted = role != "validation" or params.validation > 0
        if wanted and not (roles == role).any():
            raise DataError(f"split leaves no question for {role}: fetch more months, or change split.{role}")
    table = rows[["question_id", "month"]].assign(role=roles)
    return table.sort_values("question_id", kind="stable", ignore_index=True)


def take_share(rows: pd.DataFrame, roles: np.ndarray, params: SplitParams) -> np.ndarray:
    """Turn a share of the training rows into validation: the latest, or any where rows are dealt at random."""
    train = np.flatnonzero(roles == "train")
    if params.method == "time":
        order = np.lexsort((rows["question_id"].to_numpy()[train], rows["created"].to_numpy()[train]))
    else:
        order = np.random.default_rng(params.seed + 1).permutation(len(train))
    taken = train[order[len(train) - round(len(train) * params.validation) :]]
    roles = roles.copy()
    roles[taken] = "validation"
    return roles
