from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import MultiLabelBinarizer

from tagger.errors import DataError
from tagger.labels import LabelParams, binarize_tags, choose_tags

ROWS = [["python", "pandas"], ["python"], ["python", "c++"], ["java"], ["python", "c++"]]  # 4 python, 2 c++, 1, 1


@pytest.mark.parametrize(
    ("coverage", "top", "chosen"),
    [
        (0.5, None, None),
        (0.75, None, ["c++", "python"]),
        (0.76, None, ["c++", "java", "python"]),
        (1.0, None, ["c++", "java", "pandas", "python"]),
        (1.0, 2, ["c++", "python"]),
    ],
)
def test_the_most_frequent_tags_cover_the_share(coverage, top, chosen):
    params = LabelParams(coverage=coverage, top=top)
    if chosen is None:
        with pytest.raises(DataError, match=r"1 tag\(s\) to learn and 2 are needed"):
            choose_tags(ROWS, params)
    else:
        assert choose_tags(ROWS, params)["tag"].tolist() == chosen


def test_no_tag_at_all_is_refused():
    with pytest.raises(DataError, match=r"0 tag\(s\)"):
        choose_tags([], LabelParams(coverage=0.9))


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=5), min_size=1))
def test_the_matrix_is_that_of_multilabelbinarizer(rows):
    vocabulary = list("abcd")
    expected = MultiLabelBinarizer(classes=vocabulary).fit_transform(
        [[t for t in row if t in vocabulary] for row in rows]
    )
    np.testing.assert_array_equal(binarize_tags(rows, vocabulary).toarray(), expected)


@pytest.mark.parametrize(
    ("corrected", "least", "expected"),
    [
        ([], 3, {"c++": 0, "python": 0}),
        ([["rust"]] * 2, 3, {"c++": 0, "python": 0}),
        ([["rust"]] * 3, 3, {"c++": 0, "python": 0, "rust": 3}),
        # neither many corrections nor rare ones take a tag away, and those of a known tag count for it
        ([["rust", "zig", "c++"]] * 99, 3, {"c++": 99, "python": 0, "rust": 99, "zig": 99}),
        ([["java"]], 1, {"c++": 0, "java": 1, "python": 0}),
    ],
)
def test_corrections_bring_up_tags_beside_the_others(corrected, least, expected):
    params = LabelParams(coverage=0.75, min_corrections=least)
    counts = Counter(tag for row in ROWS for tag in row)
    chosen = choose_tags(ROWS, params, corrected)
    assert chosen["tag"].tolist() == sorted(expected)
    assert dict(zip(chosen["tag"], chosen["count"], strict=True)) == {
        tag: counts[tag] + more for tag, more in expected.items()
    }
