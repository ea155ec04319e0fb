"""Logistic regression, one per tag."""

from typing import Any, Literal

from pydantic import Field

from tagger.models.base import OneVsRest
from tagger.params import Section


class Params(Section):
    """Section `models.logreg`. `tol`: liblinear's stopping tolerance; `prune`: smaller coefficients are dropped."""

    C: float = Field(gt=0)
    class_weight: Literal["balanced"] | None = None
    max_iter: int = Field(default=100, ge=1)
    tol: float = Field(default=0.01, gt=0)
    prune: float = Field(default=0.0, ge=0)


class Model(OneVsRest):
    """OneVsRestClassifier(LogisticRegression), tag by tag; scores are probabilities."""

    params: Params

    def make_classifier(self) -> Any:
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(
            C=self.params.C,
            class_weight=self.params.class_weight,
            max_iter=self.params.max_iter,
            tol=self.params.tol,
            solver="liblinear",
            dual=True,
            random_state=self.seed,
        )
