"""What stands in a table's cells: their text, whether it is a value, and where one record ends and the next begins."""

import re
from collections.abc import Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from ingest.formats.pdf_geometry import Word
from ingest.formats.pdf_rows import Row, join_lines, make_rows

_LONGEST = 40
"""Characters of a value; longer ones are text, whatever they begin with."""
_VALUE = re.compile(
    r"""[(\[<>≤≥~±+−–-]*\s*                      # signs and brackets before
        (?:[$€£¥]|US\$|EUR|USD|GBP|CHF)?\s*      # a currency
        [(+−–-]?\s*
        \d[\d.,'’\s]*                            # the number
        \s*(?:%|‰|bps?|pp|x|[kKmMbB]n?)?\s*      # a unit
        [)\]%*†‡]*(?:\s*\(?[a-z\d]{1,2}\))*       # brackets and note marks after
    """,
    re.VERBOSE,
)
_BLANK_VALUE = re.compile(r"[$€£¥]?\s*(?:[-–—−.]{1,3}|n\.?/?[ams]\.?|nil|none|\*+)\s*%?\)?", re.IGNORECASE)


class Cell(NamedTuple):
    """A cell's text and the words that it was made of, in the order of the text."""

    text: str = ""
    words: tuple[Word, ...] = ()


def is_value(text: str) -> bool:
    """A number with its signs and units, or what stands for none."""
    return len(text) <= _LONGEST and bool(_VALUE.fullmatch(text) or _BLANK_VALUE.fullmatch(text))


def cell_of(rows: Sequence[Row], known: Set[str] = frozenset()) -> Cell:
    """The cell whose lines these are; an empty one for none."""
    return Cell(join_lines([row.text for row in rows], known), tuple(word for row in rows for word in row.read))


def words_cell(words: Sequence[Word], known: Set[str] = frozenset()) -> Cell:
    """The words of one cell in reading order."""
    return cell_of(make_rows(words), known) if words else Cell()


def records(cells: Sequence[Sequence[Word]]) -> list[list[list[Word]]] | None:
    """Cells side by side that hold several records under each other, cut into one row of cells for each.

    None where they hold one record, its texts wrapped. Several it is where some column holds a value or a blank for
    it on most lines and the other columns do not run over more lines than that.
    """
    filled = [make_rows(cell) for cell in cells if cell]
    if len(filled) < 2 or max(map(len, filled)) < 2:
        return None
    lines = _lines(filled)
    values = [_value_lines(rows) for rows in filled]
    most = max(values)
    if most < 2 or most < 0.6 * len(lines):
        return None
    best = max(range(len(filled)), key=lambda index: values[index])
    anchors = [row.base for row in filled[best]]
    return [_taken(cells, upper, lower) for upper, lower in _between(anchors)]


def _lines(columns: Sequence[Sequence[Row]]) -> list[float]:
    """The distinct baselines of all columns together."""
    lines: list[float] = []
    for row in sorted((row for rows in columns for row in rows), key=lambda row: row.base):
        if not lines or row.base - lines[-1] > 0.4 * row.size:
            lines.append(row.base)
    return lines


def _value_lines(rows: Sequence[Row]) -> int:
    return sum(is_value(row.text) for row in rows) if all(is_value(row.text) for row in rows) else 0


def _between(anchors: Sequence[float]) -> list[tuple[float, float]]:
    edges = [
        float("-inf"),
        *((one + other) / 2 for one, other in pairwise(anchors)),
        float("inf"),
    ]
    return list(pairwise(edges))


def _taken(cells: Sequence[Sequence[Word]], upper: float, lower: float) -> list[list[Word]]:
    return [[word for word in cell if upper <= word.base < lower] for cell in cells]
