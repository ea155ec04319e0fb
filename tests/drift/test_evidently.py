import numpy as np
import pandas as pd
import pytest

from tagger.drift.evidently import TEXT, report_drift, sample_rows
from tagger.drift.params import DriftParams

PARAMS = DriftParams(evidently_rows=200)
WORDS = [f"word{number}" for number in range(40)]
RNG = np.random.default_rng(0)


def rows(shift=0.0, count=300):
    texts = [" ".join(RNG.choice(WORDS, 5)) for _ in range(count)]
    return pd.DataFrame({"text_tokens": RNG.normal(60 + shift, 10, count), "broken": False, TEXT: texts})


@pytest.fixture(scope="module")
def reports(evidently):
    reference = rows()
    return report_drift(reference, rows(), PARAMS), report_drift(reference, rows(shift=20), PARAMS)


def find(report, column):
    return next(metric["value"] for metric in report.metrics if metric["config"].get("column") == column)


def test_a_shift_is_seen_in_its_column_alone(reports):
    same, shifted = reports
    assert find(same, "text_tokens") > 0.05
    assert find(shifted, "text_tokens") < 0.001
    assert find(shifted, "broken") == find(same, "broken") == 1  # a constant column has not drifted


def test_the_text_is_looked_at_too_and_there_is_a_page(reports):
    assert 0 <= find(reports[0], TEXT) <= 1
    assert "<html" in reports[0].html


def test_evidently_sees_few_rows_and_the_same_twice():
    sample = sample_rows(rows(count=1000), PARAMS)
    assert len(sample) == 200
    assert sample.index.is_monotonic_increasing
    few = rows(count=50)
    assert sample_rows(few, PARAMS) is few


def test_texts_that_evidently_cannot_read_are_left_out(evidently):
    reference, same = rows(), rows().assign(**{TEXT: "all the same"})
    report = report_drift(reference.assign(**{TEXT: "all the same"}), same, PARAMS)
    assert [metric["config"]["column"] for metric in report.metrics if "column" in metric["config"]]
