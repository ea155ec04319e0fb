"""bench/RESULTS.md: one section for each measurement, replaced when it is measured again."""

import re
from collections.abc import Sequence
from pathlib import Path

from tagger.io import write_text

RESULTS = Path("bench/RESULTS.md")
HEAD = "# Measured\n\nEach section says the command that gives it again.\n"


def write_section(title: str, lines: Sequence[str], path: Path = RESULTS) -> None:
    """Put a section in place of the one of the same title, else at the end."""
    text = path.read_text(encoding="utf-8") if path.is_file() else HEAD
    section = "\n".join([f"## {title}", "", *lines]).rstrip() + "\n"
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if pattern.search(text):
        text = pattern.sub(lambda found: section + "\n" * (found.end() < len(text)), text)
    else:
        text = f"{text}\n{section}"
    write_text(path, text)


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
