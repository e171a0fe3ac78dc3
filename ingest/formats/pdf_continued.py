"""Tables that go on from one page to the next: what heads their columns there."""

import re
from collections.abc import Sequence

from ingest.formats.pdf_blocks import PageBlock
from ingest.formats.pdf_cells import is_value
from ingest.formats.tables import headless

_SAME_EDGE = 8.0
"""Points between the left edges of the two parts."""
_CELL_EDGE = re.compile(r"(?<!\\)\|")


def continued(before: PageBlock | None, blocks: Sequence[PageBlock]) -> list[PageBlock]:
    """A page's blocks; a table that goes on at its top has the header of `before`, the last block of the page before.

    Its first row is then no header, unless it says the header again. It goes on where it stands at the same edge in as
    many columns and its first row has values where the rows above have them.
    """
    if not blocks or before is None or before.look != "table" or blocks[0].look != "table":
        return list(blocks)
    table = blocks[0]
    upper, lower = _rows(before.text), _rows(table.text)
    header = before.header or before.text.partition("\n")[0]
    if len(upper[0]) != len(lower[0]) or abs(before.indent - table.indent) > _SAME_EDGE or lower[0] == _cells(header):
        return list(blocks)
    if not _is_alike(lower[0], upper[1:]):
        return list(blocks)
    return [table._replace(text=headless(table.text), header=header), *blocks[1:]]


def _rows(table: str) -> list[list[str]]:
    """The cells of header and rows, without the rule."""
    lines = table.split("\n")
    return [_cells(line) for line in (lines[0], *lines[2:])]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELL_EDGE.split(line)[1:-1]]


def _is_alike(row: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row has values in columns that hold values above, and in most of those."""
    valued = [
        column
        for column in range(len(row))
        if (filled := [other[column] for other in rows if other[column]])
        and sum(map(is_value, filled)) > 0.5 * len(filled)
    ]
    same = sum(bool(row[column]) and is_value(row[column]) for column in valued)
    return bool(valued) and same > 0.5 * len(valued)
