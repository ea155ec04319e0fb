"""The table of bench.live: months with their labels beside the same without."""

from types import SimpleNamespace

from bench.live import HEAD, describe_months
from tests.report.records import make_alarm, make_asked, make_record


def make_found(*args, **changes):
    record = make_asked(*args, **changes)
    return SimpleNamespace(as_dict=lambda: record)


def test_a_row_a_month_and_how_near_the_estimates_come():
    labelled = [make_record("2024-01"), make_alarm("2024-02", "rust")]
    found = [
        make_found("2024-01"),
        make_found(
            "2024-02",
            verdict="watch",
            reasons=["more conversation; less prompt"],
            estimate={"f1_micro": 0.85, "low": 0.8, "high": 0.9},
        ),
    ]
    head, _, *rows, empty, near = describe_months(labelled, found)
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in [head, *rows]]
    assert cells == [
        list(HEAD),
        ["2024-01", "ok", "ok", ".790 (.760 to .820)", ".790 (.750 to .830)", "+.000", ""],
        ["2024-02", "act", "watch", ".790 (.760 to .820)", ".850 (.800 to .900)", "+.060", "more conversation"],
    ]
    assert empty == ""
    assert near == "Mean absolute error .030; measured within the range in 1 of 2 months."
