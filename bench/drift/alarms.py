"""Whether a month alarms, at any level, from one look at it."""

from collections.abc import Mapping, Sequence

import pandas as pd

from tagger.drift.evidence import adjust, find_significant
from tagger.drift.params import DriftParams
from tagger.drift.views import View
from tagger.drift.watch import Watch

# What reads the texts alone.
TEXT = ("numbers", "unknown", "domain", "words")
Tables = Mapping[str, pd.DataFrame]


def compare_all(watch: Watch, month: View) -> Tables:
    """The evidence of each comparison, not corrected."""
    return {name: compare(watch.reference, month) for name, (compare, _) in watch.comparisons.items()}


def list_alarms(watch: Watch, tables: Tables) -> dict[str, bool]:
    """Which comparisons alarm, as Watch.look finds them where nothing else was seen before."""
    return {
        name: len(find_significant(adjust(tables[name], watch.level), watch.level, least)) > 0
        for name, (_, least) in watch.comparisons.items()
    }


def make_watches(reference: View, drift: DriftParams, tags: Sequence[str]) -> dict[str, Watch]:
    """As shipped, and with the whole level spent on one month."""
    return {
        "shipped": Watch(reference, drift, tags),
        "one month": Watch(reference, replace_months(drift, 1), tags),
    }


def replace_months(drift: DriftParams, months: int) -> DriftParams:
    """The same for so many months."""
    changed: DriftParams = drift.model_copy(update={"months": months})
    return changed


def find_chances(tables: Tables, level: float) -> dict[str, float]:
    """The least corrected p of each comparison, whatever the effect; 1 without any."""
    return {name: float(adjust(table, level)["q"].min()) if len(table) else 1.0 for name, table in tables.items()}
