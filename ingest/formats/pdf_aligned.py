"""Tables without walls: rows whose words stand in the same columns, parted by white space all the way down.

Horizontal rules and shaded bands, where there are some, say where records end. A candidate that does not convince is
left as text.
"""

from collections.abc import Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from ingest.formats.pdf_cells import Cell, cell_of, is_value, records
from ingest.formats.pdf_geometry import Word
from ingest.formats.pdf_rows import Row
from ingest.formats.pdf_runs import Cut, column_gaps, cut_rows, stretches

_VALUED = 0.8


class AlignedTable(NamedTuple):
    """Rows first to last (exclusive) of those looked at, as a grid of cells with rows of equal length."""

    first: int
    last: int
    cells: tuple[tuple[Cell, ...], ...]


def aligned_tables(rows: Sequence[Row], *, gap: float, rules: Sequence[float], known: Set[str]) -> list[AlignedTable]:
    """Tables among the rows of one region, from top to bottom, not overlapping.

    `gap` is the least white space in points between two columns; `rules` are the y of horizontal lines and of the
    edges of shaded bands inside the region.
    """
    cuts = cut_rows(rows, gap)
    tables = (_Candidate(cuts, *stretch, rules=rules, known=known).table() for stretch in stretches(cuts))
    return [table for table in tables if table]


def _tight_step(rows: Sequence[Row]) -> float:
    """The widest step between two lines of one cell: a little more than the table's narrow steps."""
    steps = sorted(lower.base - upper.base for upper, lower in pairwise(rows))
    narrow = steps[len(steps) // 4]
    return max(1.35 * rows[0].size, min(1.12 * narrow, 1.75 * rows[0].size))


def _valued(rows: Sequence[Sequence[Sequence[Row]]]) -> int:
    """1 where all columns but the first hold values, so that two labels may share that one; else 0."""
    texts = [" ".join(piece.text for piece in cell) for row in rows for cell in row[1:] if cell]
    return int(sum(map(is_value, texts)) >= _VALUED * len(texts))


class _Candidate:
    """One stretch of rows on its way to a table."""

    def __init__(self, cuts: Sequence[Cut], first: int, last: int, *, rules: Sequence[float], known: Set[str]) -> None:
        self._first, self._last = first, last
        self._cuts = cuts[first:last]
        self._known = known
        self._gaps = column_gaps(self._cuts)
        self._edges = [(left + right) / 2 for left, right in self._gaps]
        top, bottom = self._cuts[0].row.base, self._cuts[-1].row.base
        self._step = _tight_step([cut.row for cut in self._cuts])
        self._rules = sorted(rule for rule in rules if top < rule < bottom)

    def table(self) -> AlignedTable | None:
        if not self._edges:
            return None
        placed = [self._placed(cut) for cut in self._cuts]
        if not self._convincing(placed):
            return None
        grid = [tuple(cell_of(lines, self._known) for lines in row) for row in self._grouped(placed)]
        grid = [row for row in grid if any(cell.text for cell in row)]
        if len(grid) < 2:
            return None
        return AlignedTable(self._first, self._last, tuple(grid))

    def _placed(self, cut: Cut) -> list[list[Row]]:
        """The row's words by column; a segment across several columns stands in each."""
        cells: list[list[Row]] = [[] for _ in range(len(self._edges) + 1)]
        for part in cut.parts:
            for piece in self._split(part):
                for column in self._columns(piece):
                    cells[column].append(piece)
        return cells

    def _split(self, part: Row) -> list[Row]:
        """A segment over a column's edge cut there, if white space stands at the edge."""
        pieces: list[list[Word]] = [[part.words[0]]]
        for before, after in pairwise(part.words):
            crossed = any(before.x1 <= edge + 1 and after.x0 >= edge - 1 for edge in self._edges)
            if crossed and after.x0 - before.x1 > 0.45 * part.size:
                pieces.append([])
            pieces[-1].append(after)
        return [Row(tuple(piece), part.base, part.size) for piece in pieces]

    def _columns(self, piece: Row) -> range:
        """The columns that a segment stands in: all it reaches into where it runs across a gap, as a common head."""
        if not any(piece.x0 < left and piece.x1 > right for left, right in self._gaps):
            middle = sum((piece.x0 + piece.x1) / 2 > edge for edge in self._edges)
            return range(middle, middle + 1)
        first = sum(piece.x0 > left - 1 for left, _ in self._gaps)
        last = sum(piece.x1 > right + 1 for _, right in self._gaps)
        return range(first, max(first, last) + 1)

    def _convincing(self, placed: list[list[list[Row]]]) -> bool:
        """Whether the rows are a table: columns well filled, one segment in each, short texts or values."""
        tabular = [row for row in placed if sum(map(bool, row)) >= 2]
        if len(tabular) < 2:
            return False
        labels = _valued(tabular)
        crowded = sum(any(len(cell) > 1 for cell in row[labels:]) for row in tabular) / len(tabular)
        cells = [cell for row in tabular for cell in row if cell]
        texts = [" ".join(piece.text for piece in cell) for cell in cells]
        values = sum(is_value(text) for text in texts) / len(texts)
        words = sum(len(text.split()) for text in texts) / len(texts)
        columns, share = len(placed[0]), len(tabular) / len(placed)
        fill = len(cells) / (len(tabular) * columns)
        over_all = sum(bool(cell) for row in placed for cell in row) / (len(placed) * columns)
        if crowded > 0.34 or fill < 0.3 or over_all < 0.25:
            return False
        if columns >= 5 and (fill < 0.4 or over_all < 0.3):  # the lettering of a chart
            return False
        if values >= 0.3:
            return columns >= 3 or len(tabular) >= 3 or bool(self._rules)
        if len(self._rules) >= 2 and words <= 14:
            return (crowded <= 0.2 and fill >= 0.5 and share >= 0.2) or share >= 0.6
        if len(tabular) < 3 or share < 0.6 or words > 6:
            return False
        return columns >= 3 or values >= 0.15 or (len(tabular) >= 4 and share >= 0.8 and words <= 4)

    def _grouped(self, placed: list[list[list[Row]]]) -> list[list[list[Row]]]:
        """Rows of cells, each cell the lines of its text: lines that are one record are taken together."""
        bands: list[list[int]] = [[0]]
        for index in range(1, len(placed)):
            upper, lower = self._cuts[index - 1].row, self._cuts[index].row
            if any(upper.base - 0.2 * upper.size < rule < lower.base for rule in self._rules):
                bands.append([])
            bands[-1].append(index)
        ruled = len(bands) >= 3 and len(bands) >= 0.3 * len(placed)
        if not ruled:
            return self._wrapped(placed, list(range(len(placed))))
        grouped: list[list[list[Row]]] = []
        for band in bands:
            cells = [
                [word for index in band for piece in placed[index][x] for word in piece.words]
                for x in range(len(placed[0]))
            ]
            if len(band) == 1 or (records(cells) is None and not self._several(placed, band)):
                grouped.append([[piece for index in band for piece in placed[index][x]] for x in range(len(placed[0]))])
            else:
                grouped += self._wrapped(placed, band)
        return grouped

    def _several(self, placed: list[list[list[Row]]], band: list[int]) -> bool:
        """Whether a band between two rules holds more than one line with values."""
        return (
            sum(sum(is_value(piece.text) for cell in placed[index][1:] for piece in cell) >= 1 for index in band) >= 2
        )

    def _wrapped(self, placed: list[list[list[Row]]], band: list[int]) -> list[list[list[Row]]]:
        """Lines of a band with wrapped texts joined to the record that they go on from."""
        grouped: list[list[list[Row]]] = []
        last: list[int] = []
        for index in band:
            if last and self._continues(placed, last, index):
                grouped[-1] = [above + below for above, below in zip(grouped[-1], placed[index], strict=True)]
                last.append(index)
            else:
                grouped.append(list(placed[index]))
                last = [index]
        return grouped

    def _continues(self, placed: list[list[list[Row]]], last: list[int], index: int) -> bool:
        """Whether a line goes on with the record above it rather than begin one."""
        above, below = self._cuts[index - 1].row, self._cuts[index].row
        if below.base - above.base > self._step:
            return False
        if any(above.base - 0.2 * above.size < rule < below.base for rule in self._rules):
            return False
        upper = [any(placed[line][x] for line in last) for x in range(len(placed[0]))]
        lower = [bool(cell) for cell in placed[index]]
        texts = [piece.text for cell in placed[index] for piece in cell]
        valued = any(is_value(text) for text in texts)
        above_texts = [piece.text for cell in placed[index - 1] for piece in cell]
        if lower[0] and sum(lower) == 1:
            return self._label_goes_on(placed, last, index) and sum(upper) >= 2
        if upper[0] and sum(upper) == 1 and lower[0]:
            return self._label_goes_on(placed, last, index)
        if valued or lower[0] or sum(lower) == len(lower):
            return False
        if any(is_value(text) for text in above_texts) and len(last) == 1 and sum(lower) > 1:
            return False
        return all(up or not low for up, low in zip(upper, lower, strict=True)) or not upper[0]

    def _label_goes_on(self, placed: list[list[list[Row]]], last: list[int], index: int) -> bool:
        """Whether a label in the first column is the rest of the one above: small letter, or set in deeper."""
        before, after = placed[last[-1]][0], placed[index][0]
        if not before or not after or before[-1].text.endswith(":"):
            return False
        text = after[0].text
        return text[0].islower() or (text[0] in "(&" and not is_value(text))
