import pytest

from tagger.months import check_month, month_range, month_start, next_month


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2023-11", "2024-02", ["2023-11", "2023-12", "2024-01", "2024-02"]),
        ("2024-02", "2024-02", ["2024-02"]),
        ("2024-03", "2024-02", []),
    ],
)
def test_month_range(first, last, months):
    assert list(month_range(first, last)) == months


def test_the_year_turns_after_december():
    assert next_month("2023-12") == "2024-01"
    assert month_start("2024-01").isoformat() == "2024-01-01T00:00:00+00:00"


@pytest.mark.parametrize("text", ["2024", "2024-13", "May 2024", "2024-05-01"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match="a month such as 2024-05"):
        check_month(text)
