"""The drift page in Chromium, as wide as a laptop and as a phone."""

import pytest

from tagger.report.page import write_page
from tests.browser import look_at, needs_browser
from tests.report.records import make_alarm, make_empty, make_finding, make_record, make_shares, name_months

pytestmark = [pytest.mark.slow, needs_browser]

EVIL = "<script>window.stolen=1</script>"
IMAGE = "<img/src/onerror=window.stolen=2>"
LONG = "a-name-without-any-end-" * 4
SIZES = [(1366, 768), (390, 844)]


def make_months(count):
    """Months with all that may go wrong: names that are code or very long, one without questions, much that is open."""
    records = [
        make_alarm(month, name) for month, name in zip(name_months(count), [EVIL, IMAGE, LONG] * 9, strict=False)
    ]
    change = {"since": records[0]["month"]} | make_finding("new_tag", [LONG], 0.0, 0.1, f"{LONG} is new")
    records[-1] |= {"open": [change], "warnings": [{"message": LONG, "remedy": EVIL}]}
    if count > 2:
        records[1] = make_empty(records[1]["month"])
        records[2] = make_record(records[2]["month"])
    return records


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("count", [1, 12, 27])
def test_it_is_drawn_without_complaint_and_fits(tmp_path, size, count):
    records = make_months(count)
    tags = make_shares(records, ["python", EVIL, IMAGE, LONG])
    path = write_page(tmp_path / "pages", records, tags, [record["month"] for record in records])
    seen = look_at(path, *size, tmp_path / "profile")
    assert seen["problems"] == []
    assert seen["stolen"] is None
    assert seen["width"] <= size[0]
    assert seen["outside"] == []
    assert seen["drawn"] == seen["plots"] == 6
    assert "<script>window.…" in seen["labels"]
    assert [name for name in seen["requests"] if not name.startswith(("file:", "data:", "blob:"))] == []


def test_without_months_it_is_a_page(tmp_path):
    seen = look_at(write_page(tmp_path / "pages", [], make_shares([]), []), 390, 844, tmp_path / "profile")
    assert (seen["problems"], seen["plots"]) == ([], 0)
    assert seen["width"] <= 390
