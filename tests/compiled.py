"""Where numba keeps what it compiled in a clone: by what a module says, not by where it lies.

Else every clone, queued experiment and checkout would compile the same functions anew, ten seconds each. A function is
looked up by its own module alone, so what is kept is kept for one run of the tests: see `Clone.environment`.
"""

import hashlib
from pathlib import Path

from numba.core.caching import UserProvidedCacheLocator


class ByContent(UserProvidedCacheLocator):
    """For NUMBA_CACHE_LOCATOR_CLASSES, beside NUMBA_CACHE_DIR."""

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        """A folder for each content of a module."""
        return hashlib.sha256(Path(py_file).read_bytes()).hexdigest()
