"""Rows of cells to a Markdown pipe table: the one form in which every converter writes a grid."""

import re
from collections.abc import Sequence

HEADER_JOINER = " / "
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_OPEN_PIPE = re.compile(r"(?<!\\)\|")


def pipe_table(rows: Sequence[Sequence[str]], *, header_rows: int = 1) -> str:
    """A pipe table without a blank line at either end; no rows, or none with text, give "".

    Ragged rows are padded to the widest. The first `header_rows` rows become one header, each column's distinct
    words joined from top to bottom; 0 writes a blank header, since the form demands one. Rows without any text are
    left out. Cells are inline Markdown: pipes are escaped (an escaped one is left as it is), line breaks and runs of
    white space become one space.
    """
    cleaned = [[clean_cell(cell) for cell in row] for row in rows]
    body = [row for row in cleaned[header_rows:] if any(row)]
    header = joined_header(cleaned[:header_rows])
    width = max((len(row) for row in (header, *body)), default=0)
    if not any(header) and not body:
        return ""
    lines = [_line(header, width), _line(["---"] * width, width), *(_line(row, width) for row in body)]
    return "\n".join(lines)


def headless(table: str) -> str:
    """A pipe table whose first row is no header: it stands below a blank one."""
    first, rule, *rest = table.split("\n")
    blank = _line([], first.count(" | ") + 1)
    return "\n".join([blank, rule, first, *rest])


def joined_header(rows: Sequence[Sequence[str]]) -> list[str]:
    """One header row of several: per column the texts from top to bottom, a repeated one (a span) only once."""
    width = max((len(row) for row in rows), default=0)
    columns = [[row[column] for row in rows if column < len(row) and row[column]] for column in range(width)]
    return [HEADER_JOINER.join(dict.fromkeys(column)) for column in columns]


def clean_cell(cell: str) -> str:
    """One line, outer white space gone, pipes escaped."""
    return _OPEN_PIPE.sub(r"\\|", " ".join(_BREAK.sub(" ", cell).split()))


def _line(cells: Sequence[str], width: int) -> str:
    return "| " + " | ".join([*cells, *[""] * (width - len(cells))]) + " |"
