import numpy as np
import pytest

from tagger.lookup import Table


@pytest.mark.parametrize("size", [0, 1, 2, 1000])
def test_a_table_finds_its_keys_and_no_others(size):
    rng = np.random.default_rng(size)
    keys, others = (rng.integers(1 << 63, size=count, dtype=np.uint64) * np.uint64(2) for count in (size, 5000))
    found = Table(keys).look_up(np.concatenate([others + np.uint64(1), keys]))
    assert found.columns.tolist() == list(range(size))
    assert found.asked.tolist() == list(range(5000, 5000 + size))


def test_keys_side_by_side_and_at_both_ends():
    keys = np.array([(1 << 64) - 2, 0, 1, 2, 3, 1 << 63], np.uint64)
    found = Table(keys).look_up(np.append(keys, np.uint64(4)))
    assert found.columns.tolist() == list(range(6))
