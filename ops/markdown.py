"""Markdown that GitHub shows and a terminal can show, too; what users named is kept from being taken for markup."""

import re
from collections.abc import Iterable, Sequence

# What could start markup in a line: code, emphasis, links, HTML, entities, mathematics, cells, addresses.
MARKUP = re.compile(r"([\\`*\[\]<>&~$|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|(?<=www)\.)")
# `@name` calls a person and `#1` links an issue, also where the sign is written as an entity; a comment parts them.
CALLS = re.compile(r"([@#])(?=\S)")
LONGEST = 60


def draw_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with its columns aligned; the first column is text, the others stand to the right."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (header, *rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(draw_row(row, widths) for row in (cells[0], rule, *cells[1:]))


def draw_row(row: Sequence[str], widths: Sequence[int]) -> str:
    """One line."""
    first, *others = zip(row, widths, strict=True)
    return "| " + " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]) + " |"


def quote(text: str, longest: int = LONGEST) -> str:
    """A name or a value as code, cut where it is long: no markup, no HTML, no mention in it.

    A code span and not entities: CML's `--publish` decodes those, and a pipe would then end the table's cell.
    """
    line = cut(text, longest)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    room = " " if line[:1] in {"`", ""} or line[-1:] == "`" else ""
    return f"{fence}{room}{line}{room}{fence}"


def escape(text: str, longest: int = 400) -> str:
    """A sentence that holds users' words, cut where it is long, with all markup in it disarmed."""
    return CALLS.sub(r"\1<!-- -->", MARKUP.sub(r"\\\1", cut(text, longest)))


def cut(text: str, longest: int) -> str:
    """One line of at most so many characters."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def fold(summary: str, body: str, is_open: bool = False) -> str:
    """A part that a click opens; `summary` is plain text of our own."""
    return f"<details{' open' if is_open else ''}><summary>{summary}</summary>\n\n{body}\n\n</details>"
