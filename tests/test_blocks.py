import numpy as np
import pytest
from scipy.sparse import csr_matrix, random

from tagger.blocks import Blocks, list_spans, write_blocks


def make_parts(sizes):
    return [
        csr_matrix(random(size, 7, density=0.3, random_state=number), dtype=np.float32)
        for number, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("sizes", [[10], [3, 4, 9, 1], [0, 5], [1, 1, 1], [4, 4]])
def test_rows_stay_in_their_order(tmp_path, sizes):
    parts = make_parts(sizes)
    blocks = write_blocks(iter(parts), 7, tmp_path, rows=4)
    expected = np.vstack([part.toarray() for part in parts])
    np.testing.assert_array_equal(blocks.whole().toarray(), expected)
    assert blocks.shape == expected.shape
    assert [block.shape[0] for block in blocks][:-1] == [4] * (len(blocks) - 1)
    assert [(span.stop - span.start) for span in list_spans(blocks)] == blocks.sizes


def test_no_rows(tmp_path):
    assert write_blocks([], 7, tmp_path).whole().shape == (0, 7)


def test_a_matrix_in_memory_has_the_same_blocks(tmp_path):
    (part,) = make_parts([10])
    written, held = write_blocks([part], 7, tmp_path, rows=4), Blocks.of(part, rows=4)
    assert written.sizes == held.sizes
    for left, right in zip(written, held, strict=True):
        assert (left != right).nnz == 0
