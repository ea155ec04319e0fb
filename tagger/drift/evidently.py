"""Evidently's own report of a month against the reference: the only module that knows Evidently."""

import warnings as quiet
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tagger.drift.params import DriftParams

TEXT = "text"


@dataclass(frozen=True)
class Report:
    """Evidently's metrics as they are, and its page."""

    metrics: list[dict[str, Any]]
    html: str


def sample_rows(frame: pd.DataFrame, params: DriftParams) -> pd.DataFrame:
    """As many rows as Evidently may see."""
    if len(frame) <= params.evidently_rows:
        return frame
    return frame.sample(params.evidently_rows, random_state=params.seed).sort_index()


def report_drift(reference: pd.DataFrame, month: pd.DataFrame, params: DriftParams) -> Report:
    """Evidently's data drift preset on the numbers and its drift of the column TEXT, with its own defaults.

    TEXT is no part of the preset, which would draw its thousand bootstrap samples three times. Left out is a TEXT
    that Evidently cannot read: nothing but words that are everywhere.
    """
    try:
        return run_report(reference, month, params, [TEXT])
    except ValueError as error:
        # Its classifier drops words of more than half of the texts, and where none is left scikit-learn refuses.
        if "no terms remain" not in str(error) and "empty vocabulary" not in str(error):
            raise
    return run_report(reference, month, params, [])


def run_report(reference: pd.DataFrame, month: pd.DataFrame, params: DriftParams, texts: list[str]) -> Report:
    """The report with the text columns named."""
    from evidently import DataDefinition, Dataset
    from evidently import Report as EvidentlyReport
    from evidently.metrics import ValueDrift
    from evidently.presets import DataDriftPreset
    from sklearn.exceptions import ConvergenceWarning

    numbers = [name for name in reference if name != TEXT]
    definition = DataDefinition(numerical_columns=numbers, text_columns=texts)
    current, past = (
        Dataset.from_pandas(
            sample_rows(frame, params).astype(dict.fromkeys(numbers, float)), data_definition=definition
        )
        for frame in (month, reference)
    )
    # Evidently draws correlations, and a constant column (no code on that site) has none; scipy says where it takes
    # the asymptotic p-value.
    with np.errstate(divide="ignore", invalid="ignore"), quiet.catch_warnings():
        quiet.filterwarnings("ignore", "Maximum number of iteration", ConvergenceWarning)  # of its text classifier
        quiet.filterwarnings("ignore", "ks_2samp: Exact calculation unsuccessful", RuntimeWarning)
        result = EvidentlyReport([DataDriftPreset(columns=numbers), *(ValueDrift(column=text) for text in texts)]).run(
            current, past
        )
    return Report(result.dict()["metrics"], result.get_html_str(as_iframe=False))
