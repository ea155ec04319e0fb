"""Tables in Markdown that can be read in a terminal, too."""

from collections.abc import Iterable, Sequence


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
