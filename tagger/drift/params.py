"""Section `drift`: what a month is compared with, when an alarm is raised, when the model is trained anew."""

from typing import Literal

from pydantic import Field

from tagger.params import Section


class DriftParams(Section):
    """`level`: the chance of any false alarm in `months` months. A change needs an effect, too: it touches
    `min_tag_share` of the questions (a tag) or `min_share` (words, lengths, scores); one that costs `min_loss` of
    micro-F1 has to be acted on.

    `rows`: questions on either side that are looked at, but for the tags, which are counted in all;
    `evidently_rows`: those that Evidently sees, 0: it is not asked. A month with fewer than `min_questions` is
    described and not judged.
    """

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
