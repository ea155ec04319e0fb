from datetime import UTC, datetime

import pytest

from tagger.errors import SourceError
from tagger.io import read_table
from tagger.spool import spool_months
from tagger.tables import RAW, make_table


def batch(*rows):
    ids, months = zip(*rows, strict=True)
    blank = {name: [0] * len(ids) for name in ("score", "view_count", "answer_count")}
    texts = {name: [""] * len(ids) for name in ("title", "body", "site")}
    created = [datetime.strptime(f"{month}-15", "%Y-%m-%d").replace(tzinfo=UTC) for month in months]
    tags = [["a"]] * len(ids)
    return make_table(
        {"question_id": ids, "created": created, "tags": tags, "weight": [1] * len(ids)} | blank | texts, RAW
    )


BATCHES = [batch((5, "2024-01"), (9, "2024-03")), batch((2, "2024-01"), (7, "2024-04"))]


@pytest.mark.parametrize(
    ("first", "last", "counts"),
    [
        (None, None, {"2024-01": 2, "2024-02": 0, "2024-03": 1, "2024-04": 1}),
        ("2023-12", "2024-01", {"2023-12": 0, "2024-01": 2}),
        ("2024-03", None, {"2024-03": 1, "2024-04": 1}),
    ],
)
def test_every_month_of_the_window_gets_a_file(tmp_path, first, last, counts):
    (tmp_path / ".spool-of-a-killed-run").mkdir()
    assert spool_months(iter(BATCHES), tmp_path / "raw", first, last) == counts
    assert sorted(path.stem for path in (tmp_path / "raw").iterdir()) == list(counts)
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def test_a_month_is_sorted_whatever_the_batches(tmp_path):
    spool_months(BATCHES, tmp_path / "one", None, None)
    spool_months(BATCHES[::-1], tmp_path / "two", None, None)
    assert read_table(tmp_path / "one/2024-01.parquet")["question_id"].tolist() == [2, 5]
    assert (tmp_path / "one/2024-01.parquet").read_bytes() == (tmp_path / "two/2024-01.parquet").read_bytes()


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([], "no question was created between fetch.from 2020-01 and fetch.to 2020-02: widen the window"),
        (BATCHES, "the source holds 2024-01 to 2024-04: set fetch.from and fetch.to"),
    ],
)
def test_a_window_without_a_question_is_refused(tmp_path, batches, message):
    with pytest.raises(SourceError, match=message):
        spool_months(batches, tmp_path / "raw", "2020-01", "2020-02")
    assert list(tmp_path.iterdir()) == []
