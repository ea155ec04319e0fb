"""A sparse matrix in blocks of rows, on disk where it comes as a stream: one block at a time needs memory."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, vstack

BLOCK_ROWS = 4096


class Blocks:
    """Row blocks of one matrix (rows x columns, float32): matrices, or the files that `write_blocks` wrote."""

    def __init__(self, parts: list["csr_matrix | Path"], sizes: list[int], columns: int) -> None:
        self.parts = parts
        self.sizes = sizes
        self.shape = (sum(sizes), columns)

    @classmethod
    def of(cls, X: csr_matrix, rows: int = BLOCK_ROWS) -> "Blocks":
        """The blocks of a matrix in memory; small ones, so that training looks the same from disk."""
        parts = [X[start : start + rows] for start in range(0, X.shape[0], rows)]
        return cls(parts, [part.shape[0] for part in parts], X.shape[1])

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, number: int) -> csr_matrix:
        part = self.parts[number]
        return read_block(part, self.shape[1]) if isinstance(part, Path) else part

    def __iter__(self) -> Iterator[csr_matrix]:
        return (self[number] for number in range(len(self)))

    def whole(self) -> csr_matrix:
        """All rows in memory."""
        if not self.parts:
            return csr_matrix(self.shape, dtype=np.float32)
        return self[0] if len(self) == 1 else vstack(list(self), format="csr")


class Span(NamedTuple):
    """The rows `start` to `stop` of a whole, and the block's number."""

    number: int
    start: int
    stop: int


def list_spans(blocks: Blocks) -> list[Span]:
    """Which rows of the whole each block holds."""
    stops = np.cumsum(blocks.sizes).tolist()
    return [
        Span(number, stop - size, stop) for number, (size, stop) in enumerate(zip(blocks.sizes, stops, strict=True))
    ]


def write_blocks(parts: Iterable[csr_matrix], columns: int, folder: Path, rows: int = BLOCK_ROWS) -> Blocks:
    """Write the rows of a stream of matrices into files of `rows` rows each."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[csr_matrix | Path] = []
    sizes: list[int] = []
    for block in rechunk(parts, rows):
        paths.append(folder / f"{len(paths)}.npz")
        sizes.append(block.shape[0])
        np.savez(folder / f"{len(sizes) - 1}.npz", data=block.data, indices=block.indices, indptr=block.indptr)
    return Blocks(paths, sizes, columns)


def read_block(path: Path, columns: int) -> csr_matrix:
    """One block, copied into memory."""
    with np.load(path, allow_pickle=False) as file:
        indptr = file["indptr"]
        return csr_matrix((file["data"], file["indices"], indptr), shape=(len(indptr) - 1, columns))


def rechunk(parts: Iterable[csr_matrix], rows: int) -> Iterator[csr_matrix]:
    """The same rows in blocks of `rows`, the last one shorter."""
    waiting: list[csr_matrix] = []
    for part in parts:
        waiting.append(part)
        while sum(block.shape[0] for block in waiting) >= rows:
            stacked = vstack(waiting, format="csr")
            yield stacked[:rows]
            waiting = [stacked[rows:]]
    rest = [block for block in waiting if block.shape[0]]
    if rest:
        yield vstack(rest, format="csr")
