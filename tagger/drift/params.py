"""Section `drift`: the months, what they are compared with, when an alarm is raised and the model trained anew."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from tagger.params import Section
from tagger.traffic import name_folder


class DriftParams(Section):
    """`source`: the months that the source of the data has after the test, or those of what the service was asked,
    which lies below `traffic` and has no labels.

    `level`: the chance of any false alarm in `months` months. A change needs an effect, too: it touches
    `min_tag_share` of the questions (a tag) or `min_share` (words, lengths, scores); one that costs `min_loss` of
    micro-F1 has to be acted on.

    `rows`: questions on either side that are looked at, but for the tags, which are counted in all;
    `evidently_rows`: those that Evidently sees, 0: it is not asked. A month with fewer than `min_questions` is
    described and not judged.
    """

    source: Literal["followed", "service"] = "followed"
    traffic: str = Field(default="data/traffic", min_length=1)
    reference: Literal["learned", "train", "test"] = "learned"
    months: int = Field(default=12, ge=1)
    scheme: Literal["fixed", "rolling", "alarm"] = "fixed"
    every: int = Field(default=6, ge=1)
    level: float = Field(default=0.05, gt=0, lt=1)
    min_tag_share: float = Field(default=0.003, gt=0, le=1)
    min_share: float = Field(default=0.02, gt=0, le=1)
    min_loss: float = Field(default=0.01, gt=0, le=1)
    min_questions: int = Field(default=50, ge=2)
    rows: int = Field(default=6000, ge=100)
    evidently_rows: int = Field(default=500, ge=0)
    seed: int = 0

    @field_validator("scheme")
    @classmethod
    def check_scheme(cls, scheme: str, others: ValidationInfo) -> str:
        """Raises ValueError where a model is to learn from questions without tags."""
        if scheme != "fixed" and others.data.get("source") == "service":
            raise ValueError("should be fixed where drift.source is service: its questions have no tags to learn from")
        return scheme

    @property
    def labelled(self) -> bool:
        """Whether the questions of the months have tags."""
        return self.source == "followed"

    @property
    def folder(self) -> Path:
        """Where the questions that the service was asked lie."""
        return name_folder(Path(self.traffic))
