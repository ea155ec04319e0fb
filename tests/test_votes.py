"""The files of votes: what is written is read back, nothing twice, and what is no vote is refused in one line."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tagger.errors import DataError
from tagger.votes import VOTES, make_votes, read_votes, write_votes
from tests.votes import START, make_frame, make_vote


def test_votes_are_read_back_by_month_in_the_order_of_time(tmp_path):
    late = make_vote(tags=None, rating="up", corrected=START + pd.Timedelta(days=40))
    votes = make_frame(late, make_vote("bob", tags=(), minute=2), make_vote("ann", tags=("sql", "c++"), minute=1))
    assert write_votes(tmp_path, votes) == {"2025-01": 2, "2025-02": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025-01.parquet", "2025-02.parquet"]
    again = read_votes(tmp_path)
    assert list(again) == VOTES.names
    assert again["caller"].tolist() == ["ann", "bob", "ann"]
    assert [None if tags is None else list(tags) for tags in again["tags"]] == [["sql", "c++"], [], None]
    assert again["rating"].tolist() == [None, None, "up"]
    assert again["corrected"].tolist() == [*votes["corrected"].iloc[[2, 1]], late["corrected"]]


def test_votes_are_added_once_and_keep_the_text_that_the_service_has_dropped_since(tmp_path):
    first, second = make_vote(minute=1), make_vote(minute=2)
    assert write_votes(tmp_path, make_frame(first)) == {"2025-01": 1}
    before = (tmp_path / "2025-01.parquet").read_bytes()
    assert write_votes(tmp_path, make_frame(first | {"title": None, "body": None})) == {"2025-01": 0}
    assert (tmp_path / "2025-01.parquet").read_bytes() == before
    assert write_votes(tmp_path, make_frame(second, first, second)) == {"2025-01": 1}
    assert read_votes(tmp_path)["body"].tolist() == [first["body"], second["body"]]


def test_the_order_of_the_votes_does_not_change_the_bytes(tmp_path):
    votes = [make_vote(caller, minute=minute) for caller in ("ann", "bob") for minute in range(3)]
    for name, order in (("one", votes), ("other", votes[::-1])):
        write_votes(tmp_path / name, make_frame(*order))
    assert (tmp_path / "one/2025-01.parquet").read_bytes() == (tmp_path / "other/2025-01.parquet").read_bytes()


def test_what_parquet_refuses_in_a_text_is_mended(tmp_path):
    write_votes(tmp_path, make_frame(make_vote(title="half \ud83d of a pair\0", tags=("a\ud83d",))))
    (vote,) = read_votes(tmp_path).itertuples()
    assert (vote.title, list(vote.tags)) == ("half ? of a pair", ["a?"])


def break_file(path, change):
    table = make_votes(make_frame(make_vote()))
    pq.write_table(change(table), path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(["caller", "tags"]), "2025-01.parquet lacks caller, tags: take the file away"),
        (
            lambda table: table.set_column(8, "rating", pa.array(["meh"])),
            "2025-01.parquet holds the rating 'meh', which is neither up nor down",
        ),
        (
            lambda table: table.set_column(3, "corrected", pa.array([None], VOTES.field("corrected").type)),
            "2025-01.parquet holds 1 rows without a time in `corrected`",
        ),
        (
            lambda table: table.set_column(3, "corrected", pa.array(["soon"])),
            "2025-01.parquet cannot be read",
        ),
    ],
)
def test_a_file_of_another_kind_is_refused_in_one_line(tmp_path, change, message):
    break_file(tmp_path / "2025-01.parquet", change)
    with pytest.raises(DataError) as refused:
        read_votes(tmp_path)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "python -m service.export" in str(refused.value)


def test_a_damaged_file_and_an_empty_folder_are_told(tmp_path):
    with pytest.raises(DataError, match=r"holds no vote: `python -m service\.export` writes them"):
        read_votes(tmp_path)
    (tmp_path / "2025-01.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match=r"2025-01.parquet cannot be read"):
        read_votes(tmp_path)
