"""The files of traffic: nothing twice, what was said of a question comes to it later, and no text is lost."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tagger.errors import DataError
from tagger.traffic import TRAFFIC, Said, add_traffic, list_traffic, read_file
from tests.traffic import make_asked


def read(path):
    return read_file(path).to_pandas()


def test_questions_are_added_once_and_a_file_without_news_is_left_alone(tmp_path):
    path = tmp_path / "2025-01.parquet"
    first, second = make_asked("join", "group"), make_asked("join", "group", "order")
    assert add_traffic(path, first, {}) == 2
    before = path.stat().st_mtime_ns
    assert add_traffic(path, first.assign(title="gone", body=""), {}) == 0
    assert path.stat().st_mtime_ns == before
    assert add_traffic(path, second, {}) == 1
    assert read(path)["body"].tolist() == ["<p>join</p>", "<p>group</p>", "<p>order</p>"]
    assert list(read(path)) == TRAFFIC.names


def test_what_is_said_later_comes_to_a_question_that_lies_there(tmp_path):
    path = tmp_path / "2025-01.parquet"
    add_traffic(path, make_asked("join", "group"), {"p0": Said(None, "down")})
    assert add_traffic(path, make_asked("join"), {"p0": Said(["sql"], "down"), "elsewhere": Said(["c"], None)}) == 0
    first, second = read(path).itertuples()
    assert (list(first.tags), first.rating, first.body) == (["sql"], "down", "<p>join</p>")
    assert (second.tags, second.rating) == (None, None)
    add_traffic(path, make_asked("join", "group", "last"), {})
    assert list(read(path)["tags"][0]) == ["sql"]


def test_the_order_of_the_questions_does_not_change_the_bytes(tmp_path):
    asked = make_asked("join", "group", "order")
    for name, rows in (("one", asked), ("other", asked[::-1])):
        add_traffic(tmp_path / name, rows, {})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_months_are_those_that_have_a_file(tmp_path):
    assert list_traffic(tmp_path / "nowhere") == []
    for name in ("2025-02.parquet", "2024-12.parquet", "notes.parquet", ".2025-03.parquet.17"):
        (tmp_path / name).touch()
    assert list_traffic(tmp_path) == ["2024-12", "2025-02"]
    assert read_file(tmp_path / "2025-01.parquet").num_rows == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(["body"]), "2025-01.parquet lacks body: take the file away"),
        (lambda table: table.set_column(1, "asked", pa.array(["soon"])), "2025-01.parquet cannot be read"),
        (
            lambda table: table.set_column(1, "asked", pa.array([None], TRAFFIC.field("asked").type)),
            "2025-01.parquet holds 1 rows without a time in `asked`",
        ),
        (lambda table: table.set_column(6, "rating", pa.array(["meh"])), "the rating 'meh', which is neither up nor"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_one_line(tmp_path, change, message):
    path = tmp_path / "2025-01.parquet"
    add_traffic(path, make_asked("join"), {})
    pq.write_table(change(pq.read_table(path)), path)
    with pytest.raises(DataError) as refused:
        read_file(path)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "python -m service.export" in str(refused.value)
