import numpy as np
import pandas as pd
import pytest

from tagger.drift.evidently import (
    DriftParams,
    record_month,
    report_drift,
    sample_rows,
    summarize_months,
    tabulate_months,
)
from tagger.metrics import METRICS

PARAMS = DriftParams(p_value=0.05, drift_share=0.5, evidently_rows=200, min_questions=10)
WARNINGS = [{"month": "2024-02", "rule": "empty_bodies"}]
RNG = np.random.default_rng(0)


def numbers(shift=0.0, rows=300):
    return pd.DataFrame({"text_tokens": RNG.normal(60 + shift, 10, rows), "code_share": RNG.random(rows)})


@pytest.fixture(scope="module")
def reports(evidently):
    reference = numbers()
    return report_drift(reference, numbers(), PARAMS), report_drift(reference, numbers(shift=20), PARAMS)


def test_a_shift_is_seen_in_its_column_alone(reports):
    same, shifted = reports
    assert min(same.p_values.values()) > 0.05
    assert shifted.p_values["text_tokens"] < 0.001
    assert shifted.p_values["code_share"] > 0.05
    assert "<html" in shifted.html


def test_a_constant_column_has_not_drifted(evidently):
    constant = numbers().assign(code_share=0.0)
    assert report_drift(constant, constant, PARAMS).p_values["code_share"] == 1


def test_evidently_sees_few_rows_and_the_same_twice():
    sample = sample_rows(numbers(rows=1000), PARAMS)
    assert len(sample) == 200
    assert sample.index.is_monotonic_increasing
    few = numbers(rows=50)
    assert sample_rows(few, PARAMS) is few


def measured(f1):
    return dict.fromkeys(METRICS) | {"f1_micro": f1}


def test_months_become_records_a_table_and_a_summary(reports):
    months = [("2024-01", 300, 0.6, reports[0]), ("2024-02", 300, 0.5, reports[1]), ("2024-03", 0, None, None)]
    records = [record_month(month, rows, measured(f1), report, WARNINGS, PARAMS) for month, rows, f1, report in months]
    assert [record["drifted_share"] for record in records] == [0, 0.5, None]
    assert [record["drifted"] for record in records] == [[], ["text_tokens"], []]
    assert [record["warnings"] for record in records] == [[], WARNINGS, []]
    table = tabulate_months(records)
    assert table["month"].tolist() == ["2024-01", "2024-02", "2024-03"]
    assert table["f1_micro"].tolist()[:2] == [0.6, 0.5]
    assert summarize_months(records, measured(0.6), PARAMS) == {
        "months": 3,
        "drifted_months": 1,
        "warnings": 1,
        "f1_micro_mean": 0.55,
        "f1_micro_worst": 0.5,
        "f1_micro_last": 0.5,
        "f1_micro_change": -0.05,
    }


def test_no_month_at_all():
    assert tabulate_months([]).empty
    assert summarize_months([], measured(0.6), PARAMS) == {"months": 0, "drifted_months": 0, "warnings": 0}
