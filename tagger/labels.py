"""The tags to learn: chosen among the training questions alone, and the label matrix over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger.errors import DataError
from tagger.params import Section

if TYPE_CHECKING:
    import pandas as pd


class LabelParams(Section):
    """Section `labels`: the most frequent tags that cover a share of the occurrences, at most `top` of them; and those
    that at least `min_corrections` corrected questions have."""

    coverage: float = Field(gt=0, le=1)
    top: int | None = Field(default=None, ge=2)
    min_corrections: int = Field(default=10, ge=1)


def choose_tags(
    tags: Iterable[Sequence[str]], params: LabelParams, corrected: Iterable[Sequence[str]] = ()
) -> pd.DataFrame:
    """The tags to learn and how often each occurs: columns tag and count, sorted by tag. Raises DataError.

    Of equally frequent tags the first by name is taken first. Tags of `corrected` questions come beside those of the
    others and never in their place, whatever these questions weigh: what callers send takes no tag away.
    """
    import pandas as pd

    counts = Counter(tag for row in tags for tag in row)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    covered = np.cumsum([count for _, count in ranked])
    enough = int(np.searchsorted(covered, params.coverage * covered[-1])) + 1 if ranked else 0
    taught = Counter(tag for row in corrected for tag in row)
    names = {tag for tag, _ in ranked[: min(enough, params.top or enough)]}
    names |= {tag for tag, count in taught.items() if count >= params.min_corrections}
    chosen = [(tag, counts[tag] + taught[tag]) for tag in sorted(names)]
    if len(chosen) < 2:
        raise DataError(
            f"the training questions leave {len(chosen)} tag(s) to learn and 2 are needed: "
            "fetch more months, or raise labels.coverage"
        )
    return pd.DataFrame(chosen, columns=["tag", "count"])


def binarize_tags(tags: Iterable[Sequence[str]], vocabulary: Sequence[str]) -> csr_matrix:
    """Label matrix (questions x tags, uint8), columns in the order of `vocabulary`; other tags are passed over."""
    column = {tag: number for number, tag in enumerate(vocabulary)}
    rows = [sorted({column[tag] for tag in row if tag in column}) for row in tags]
    indptr = np.cumsum([0, *(len(row) for row in rows)])
    indices = np.array([number for row in rows for number in row], dtype=np.int32)
    return csr_matrix((np.ones(len(indices), dtype=np.uint8), indices, indptr), shape=(len(rows), len(vocabulary)))
