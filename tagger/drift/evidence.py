"""Evidence corrected for how many tests there are: Benjamini and Hochberg's q within each comparison."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control


def adjust(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """The evidence with a column q, sorted by p.

    q is Benjamini and Hochberg's (1995) over the rows that can reach `level` at all (Tarone 1990, Biometrics 46), 1
    for the others.
    """
    q = np.ones(len(table))
    testable = (table["least"] <= level).to_numpy()
    if testable.any():
        q[testable] = false_discovery_control(table["p"].to_numpy(float)[testable])
    return table.assign(q=q).sort_values(["p", "name"], ignore_index=True)


def find_significant(table: pd.DataFrame, level: float, least: float) -> pd.DataFrame:
    """The rows of an adjusted table that are neither chance nor too small to matter."""
    return table[(table["q"] <= level) & (table["share"] >= least)]


def to_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table's rows, one by one."""
    rows: list[dict[str, Any]] = table.to_dict("records")
    return rows
