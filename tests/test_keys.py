import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from tagger import grams
from tagger.keys import hash_words, join_keys

WORDS = [
    "",
    "a",
    "abcdefg",
    "abcdefgh",
    "c++",
    "日本語",
    "ß" * 7,
    "x" * 300,
    *(f"word{number}" for number in range(200)),
]


def test_keys_are_those_of_pandas():
    np.testing.assert_array_equal(hash_words(WORDS), grams.hash_words(WORDS))
    assert hash_words([]).shape == (0,)


def test_keys_of_runs_are_those_of_numba():
    keys = hash_words(WORDS)
    expected = [int(grams.join_keys(left, right)) for left, right in pairwise(keys)]
    assert join_keys(keys[:-1], keys[1:]).tolist() == expected
    assert [join_keys(int(left), int(right)) for left, right in pairwise(keys)] == expected


@pytest.mark.parametrize("first", ["", "import pandas; "])
def test_pandas_may_be_imported_before_or_after(first):
    code = (
        f"{first}import sys; from tagger.keys import hash_words; key = hash_words(['join'])[0];"
        f"assert {bool(first)} or 'pandas' not in sys.modules;"
        "import numpy, pandas; words = numpy.array(['join'], dtype=object);"
        "assert key == pandas.util.hash_array(words, categorize=False)[0]; pandas.Series(['a']).astype('category')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
