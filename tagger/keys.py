"""The 64-bit keys of words and of runs of words: those of tagger.grams, without importing pandas and numba.

The two take longer to import than a service may take to start. A key is pandas.util.hash_array's: SipHash-2-4 (Aumasson
and Bernstein 2012) of the UTF-8 bytes, then its bits mixed once more.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TypeVar

import numpy as np

# A number below 2^64, or an array (uint64) of them.
Number = TypeVar("Number", int, np.ndarray)
Hash = Callable[[np.ndarray, str, str], np.ndarray]

MASK = (1 << 64) - 1
HASHING = "pandas._libs.hashing"
SECRET = "0123456789123456"  # noqa: S105 - pandas' default, known to all


def hash_words(words: Sequence[str]) -> np.ndarray:
    """The key (uint64) of each word."""
    keys = load_hash()(np.array(words, dtype=object), SECRET, "utf8")
    keys = (keys ^ (keys >> 30)) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> 27)) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = keys ^ (keys >> 31)
    return mixed


@cache
def load_hash() -> Hash:
    """The compiled SipHash out of pandas, of which nothing else is imported: 6 ms instead of 360."""
    pandas = find_spec("pandas")
    files = [] if pandas is None else Path(str(pandas.origin)).parent.glob("_libs/hashing.*")
    spec = next((spec for file in files if (spec := spec_from_file_location(HASHING, file)) and spec.loader), None)
    if HASHING in sys.modules or spec is None or spec.loader is None:
        from pandas._libs.hashing import hash_object_array

        return hash_object_array  # type: ignore[no-any-return]
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.hash_object_array  # type: ignore[no-any-return]


def join_keys(left: Number, right: Number) -> Number:
    """The key of a run that goes on with one more word."""
    mixed = ((left ^ (left >> 29)) * 0x9E3779B97F4A7C15 + right) & MASK
    key: Number = ((mixed ^ (mixed >> 29)) * 0xC2B2AE3D27D4EB4F) & MASK
    return key
