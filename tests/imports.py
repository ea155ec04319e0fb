"""The import closure of a module among the repository's own, read from the source without running it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("tagger", "stages", "ops", "service")


def find_closure(start: Path) -> set[Path]:
    """Files, relative to the root, that a file needs: itself and all it imports, also inside functions."""
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += find_imports(path)
    return found


def find_imports(path: Path) -> list[Path]:
    """Files of the repository that a file imports directly; empty `__init__.py` do not count."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    own = [Path(*name.split(".")).with_suffix(".py") for name in sorted(names) if name.split(".")[0] in PACKAGES]
    return [path for path in own if (ROOT / path).is_file()]
