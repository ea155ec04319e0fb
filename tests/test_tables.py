from datetime import UTC, datetime

import pytest

from tagger.tables import RAW, make_table, repair_text


def test_rows_are_sorted_by_id_and_texts_can_be_stored():
    columns = {
        "question_id": [2, 1],
        "title": ["half \ud800", "a\0b"],
        "body": ["", "<p>"],
        "tags": [["a", "\udc00"], []],
        "weight": [1.0, 1.0],
        "created": [datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)],
        "score": [0, -1],
        "view_count": [0, 0],
        "answer_count": [0, 0],
        "site": ["s", "s"],
    }
    table = make_table(columns, RAW)
    assert table.schema == RAW
    assert table.column("question_id").to_pylist() == [1, 2]
    assert table.column("title").to_pylist() == ["ab", "half ?"]
    assert table.column("tags").to_pylist() == [[], ["a", "?"]]
    assert table.column("created").to_pylist()[0] == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("text", "repaired"), [("ok \U0001f600", "ok \U0001f600"), ("\udc00", "?"), ("\0", "")])
def test_repair_text(text, repaired):
    assert repair_text(text) == repaired
