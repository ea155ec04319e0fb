"""Linear support vector machine, one per tag."""

from typing import Any, Literal

from pydantic import Field

from tagger.models.base import OneVsRest
from tagger.params import Section


class Params(Section):
    """Section `models.linearsvc`. `prune`: smaller coefficients are dropped."""

    C: float = Field(gt=0)
    class_weight: Literal["balanced"] | None = None
    max_iter: int = Field(default=1000, ge=1)
    prune: float = Field(default=0.0, ge=0)


class Model(OneVsRest):
    """OneVsRestClassifier(LinearSVC), tag by tag; its scores become probabilities by calibration alone."""

    params: Params

    def make_classifier(self) -> Any:
        from sklearn.svm import LinearSVC

        return LinearSVC(
            C=self.params.C,
            class_weight=self.params.class_weight,
            max_iter=self.params.max_iter,
            random_state=self.seed,
        )
