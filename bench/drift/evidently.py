"""Evidently's text drift as its documentation has it by default: ValueDrift on one text column."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Verdict:
    """The score, what it is held against, whether Evidently says drift, and what it calls the method."""

    score: float
    threshold: float
    drifted: bool
    method: str


def detect_text_drift(reference: list[str], month: list[str]) -> Verdict:
    """A domain classifier's AUC on half of the texts: above .55 for more than 1,000 texts in the reference, else above
    the 95th percentile of a random one."""
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")
        from evidently import DataDefinition, Dataset, Report
        from evidently.metrics import ValueDrift

        definition = DataDefinition(text_columns=["text"])
        past, now = (
            Dataset.from_pandas(pd.DataFrame({"text": texts}), data_definition=definition)
            for texts in (reference, month)
        )
        (found,) = Report([ValueDrift(column="text")], include_tests=True).run(now, past).dict()["metrics"]
    score, config = float(found["value"]), found["config"]
    return Verdict(score, float(config["threshold"]), score > config["threshold"], config["method"])
