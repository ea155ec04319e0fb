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

    TEXT is no part of the preset, which would draw its thousand bootstrap samples three times.
    """
    from evidently import DataDefinition, Dataset
    from evidently import Report as EvidentlyReport
    from evidently.metrics import ValueDrift
    from evidently.presets import DataDriftPreset

    numbers = [name for name in reference if name != TEXT]
    definition = DataDefinition(numerical_columns=numbers, text_columns=[TEXT])
    current, past = (
        Dataset.from_pandas(
            sample_rows(frame, params).astype(dict.fromkeys(numbers, float)), data_definition=definition
        )
        for frame in (month, reference)
    )
    # Evidently draws correlations, and a constant column (no code on that site) has none; scipy says where it takes
    # the asymptotic p-value.
    with np.errstate(divide="ignore", invalid="ignore"), quiet.catch_warnings():
        quiet.filterwarnings("ignore", "ks_2samp: Exact calculation unsuccessful", RuntimeWarning)
        result = EvidentlyReport([DataDriftPreset(columns=numbers), ValueDrift(column=TEXT)]).run(current, past)
    return Report(result.dict()["metrics"], result.get_html_str(as_iframe=False))
