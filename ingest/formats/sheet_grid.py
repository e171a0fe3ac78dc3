"""A sheet's cells to captions, tables and paragraphs: which cells belong together, and which rows are headers."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from ingest.errors import OverLimit
from ingest.formats.tables import pipe_table
from ingest.models import Limits, Piece

Cells = Mapping[int, Mapping[int, str]]
"""Row to column to text as shown, 0-based; blank cells are absent, and so are rows without any."""

MOST_CHARACTERS = Limits().characters
_MOST_REPEATS = 1_000_000
_MOST_DEPTH = 50
_MOST_CUTS = 40
_MOST_TITLE_ROWS = 5
_MOST_HEADER_ROWS = 3
_PROSE_CHARACTERS = 60
_NUMBER = re.compile(r"[-+(]*\s*[$€£¥]?\s*-?\d[\d.,'\s]*\s*(?:%|[$€£¥]|[A-Z]{3})?\)?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FOOTNOTE = re.compile(r"(?:notes?|sources?|quelle|anmerkung)\b|[*†¹²³]|\(?\d\)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A rectangle of cells, 0-based, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as shown. `tables` are areas that the file itself calls tables, `remarks` comments, charts, boxes."""

    name: str
    cells: Cells
    merged: Sequence[Area] = ()
    tables: Sequence[Area] = ()
    remarks: Sequence[Piece] = ()
    hidden: bool = False
    notes: Sequence[str] = field(default=())


def sheet_pieces(sheet: Sheet, *, name: str) -> Iterator[Piece]:
    """A level-2 heading and what stands on the sheet, top to bottom; nothing for an empty sheet.

    Raises `OverLimit`, naming the file `name`, where the tables would be nearly all blank cells.
    """
    if not sheet.cells and not sheet.remarks:
        return
    yield Piece("heading", f"## {sheet.name}{' (hidden sheet)' if sheet.hidden else ''}", level=2)
    grid = _Grid(sheet)
    for area, declared in _areas(sheet, grid):
        rows, columns = grid.used(area)
        if len(rows) * len(columns) * 3 > MOST_CHARACTERS:
            raise OverLimit(f"{name}: the sheet {sheet.name} is too large and too sparse", remedy="Split the sheet.")
        yield from _area_pieces(area, grid, declared=declared)
    yield from sheet.remarks


class _Grid:
    """Cells with merged ones repeated over their area; `origin` tells which cells are one and the same."""

    def __init__(self, sheet: Sheet) -> None:
        self.rows: dict[int, dict[int, str]] = {row: dict(cells) for row, cells in sheet.cells.items() if cells}
        self._origin: dict[tuple[int, int], Area] = {}
        bottom = max(self.rows, default=0)
        right = max((max(cells) for cells in self.rows.values()), default=0)
        room = _MOST_REPEATS
        for area in sheet.merged:
            text = self.rows.get(area.top, {}).get(area.left)
            clipped = Area(area.top, area.left, min(area.bottom, bottom), max(area.left, min(area.right, right)))
            size = (clipped.bottom - clipped.top + 1) * (clipped.right - clipped.left + 1)
            if text is not None and 1 < size <= room:
                room -= size
                self._repeat(clipped, text)
        self._sorted = sorted(self.rows)

    def _repeat(self, area: Area, text: str) -> None:
        for row in range(area.top, area.bottom + 1):
            cells = self.rows.setdefault(row, {})
            for column in range(area.left, area.right + 1):
                cells[column] = text
                self._origin[row, column] = area

    def origin(self, row: int, column: int) -> Area:
        return self._origin.get((row, column), Area(row, column, row, column))

    def distinct(self, row: int, area: Area) -> set[Area]:
        """The cells of a row, merged ones counted once."""
        return {self.origin(row, column) for column in self.columns(row, area)}

    def used(self, area: Area) -> tuple[list[int], list[int]]:
        """The rows and the columns of an area that are not blank."""
        near = self._sorted[bisect_left(self._sorted, area.top) : bisect_right(self._sorted, area.bottom)]
        rows = [row for row in near if self.columns(row, area)]
        return rows, sorted({column for row in rows for column in self.columns(row, area)})

    def columns(self, row: int, area: Area) -> list[int]:
        return [column for column in self.rows.get(row, {}) if area.left <= column <= area.right]

    def line(self, row: int, columns: Iterable[int]) -> list[str]:
        cells = self.rows.get(row, {})
        return [cells.get(column, "") for column in columns]


def _areas(sheet: Sheet, grid: _Grid) -> list[tuple[Area, bool]]:
    """What belongs together, from top to bottom, and whether the file itself says so."""
    declared = [area for area in sheet.tables if any(grid.columns(r, area) for r in range(area.top, area.top + 2))]
    taken: dict[int, list[Area]] = {}
    for area in declared:
        for row in range(area.top, min(area.bottom, max(grid.rows)) + 1):
            taken.setdefault(row, []).append(area)
    rest = {
        row: [c for c in cells if not any(area.left <= c <= area.right for area in taken.get(row, ()))]
        for row, cells in grid.rows.items()
    }
    found = [(area, True) for area in declared]
    found += [(area, False) for area in _split({row: columns for row, columns in rest.items() if columns}, grid)]
    return sorted(found)


def _split(rows: Mapping[int, Sequence[int]], grid: _Grid, depth: int = 0) -> list[Area]:
    """Cut along blank rows, then along blank columns where two tables stand side by side, and again."""
    if not rows:
        return []
    bands = _bands(rows)
    if len(bands) > 1 and depth < _MOST_DEPTH:
        parts = [area for band in bands for area in _split({row: rows[row] for row in band}, grid, depth + 1)]
        return _rejoined(parts, grid)
    for left, right in islice(_column_cuts(rows), _MOST_CUTS if depth < _MOST_DEPTH else 0):
        if _stand_apart(left, right, grid):
            return [*_split(left, grid, depth + 1), *_split(right, grid, depth + 1)]
    columns = {column for cells in rows.values() for column in cells}
    return [Area(min(rows), min(columns), max(rows), max(columns))]


def _bands(rows: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Runs of rows without a blank one between; a run also ends where the next rows use wholly other columns."""
    bands: list[list[int]] = []
    left = right = 0
    for row in sorted(rows):
        first, last = min(rows[row]), max(rows[row])
        if bands and row == bands[-1][-1] + 1 and first <= right and last >= left:
            bands[-1].append(row)
            left, right = min(left, first), max(right, last)
        else:
            bands.append([row])
            left, right = first, last
    return bands


def _column_cuts(rows: Mapping[int, Sequence[int]]) -> Iterator[tuple[dict[int, list[int]], dict[int, list[int]]]]:
    """Every way to cut along a blank column, leftmost first."""
    used = sorted({column for cells in rows.values() for column in cells})
    for before, after in pairwise(used):
        if after - before > 1:
            left = {row: [c for c in cells if c <= before] for row, cells in rows.items()}
            right = {row: [c for c in cells if c >= after] for row, cells in rows.items()}
            yield {r: c for r, c in left.items() if c}, {r: c for r, c in right.items() if c}


def _stand_apart(left: Mapping[int, Sequence[int]], right: Mapping[int, Sequence[int]], grid: _Grid) -> bool:
    """Whether a blank column separates two tables, and is no mere spacer: the right one has headers or labels."""
    right_columns = {column for cells in right.values() for column in cells}
    if len(right_columns) == 1:
        return len(right) <= 2 < len(left) and len(right) * 4 <= len(left)
    if len({column for cells in left.values() for column in cells}) == 1:
        return len(left) == 1 < len(right)
    if _has_header_of_its_own(left, right, grid):
        return True
    first = min(right_columns)
    labels = [grid.rows[row][first] for row in sorted(right)[1:] if first in right[row]]
    return bool(labels) and sum(not _is_number(label) for label in labels) * 2 > len(labels)


def _has_header_of_its_own(left: Mapping[int, Sequence[int]], right: Mapping[int, Sequence[int]], grid: _Grid) -> bool:
    """The right part begins with words where the left one has numbers, or with the words that the left begins with."""
    top = min(right)
    words = grid.line(top, right[top])
    if any(_is_number(text) for text in words) or len(words) < 2:
        return False
    beside = grid.line(top, left.get(top, ()))
    if min(left) < top:
        return any(_is_number(text) for text in beside)
    return bool(beside) and beside[0] == words[0]


def _rejoined(parts: Sequence[Area], grid: _Grid) -> list[Area]:
    """A blank row may only space a table out: what goes on in the same columns with like rows is one table."""
    joined: list[Area] = []
    for area in parts:
        if joined and _goes_on(joined[-1], area, grid):
            above = joined.pop()
            area = Area(above.top, min(above.left, area.left), area.bottom, max(above.right, area.right))
        joined.append(area)
    return joined


def _goes_on(above: Area, below: Area, grid: _Grid) -> bool:
    if below.top - above.bottom != 2 or below.left < above.left or below.right > above.right:
        return False
    last = next((row for row in range(above.bottom, above.top, -1) if len(grid.distinct(row, above)) > 1), None)
    first = next((row for row in range(below.top, below.bottom + 1) if len(grid.distinct(row, below)) > 1), None)
    if last is None or first is None:
        return False
    columns = range(above.left, above.right + 1)
    kinds = [[_is_number(text) if text else None for text in grid.line(row, columns)] for row in (last, first)]
    numbers = [text for text in grid.line(first, columns) if _is_number(text)]
    return kinds[0] == kinds[1] and any(not _YEAR.fullmatch(number) for number in numbers)


def _area_pieces(area: Area, grid: _Grid, *, declared: bool) -> Iterator[Piece]:
    rows, columns = grid.used(area)
    titles = 0 if declared else _title_rows(rows, area, grid)
    for row in rows[:titles]:
        yield Piece("caption", _one_line(grid.line(row, columns)))
    rows = rows[titles:]
    columns = sorted({column for row in rows for column in grid.columns(row, area)})
    feet = 0 if declared or len(columns) < 2 else _foot_rows(rows, area, grid)
    table = rows[: len(rows) - feet]
    if _is_prose(table, columns, grid):
        for row in table:
            yield Piece("paragraph", _one_line(grid.line(row, columns)))
    else:
        header_rows = 1 if declared else _header_rows(table, area, grid)
        yield Piece("table", pipe_table([grid.line(row, columns) for row in table], header_rows=header_rows))
    for row in rows[len(rows) - feet :]:
        yield Piece("paragraph", _one_line(grid.line(row, columns)))


def _title_rows(rows: Sequence[int], area: Area, grid: _Grid) -> int:
    """How many rows at the top hold one cell alone, over a table of several columns."""
    count = 0
    while count < min(len(rows) - 1, _MOST_TITLE_ROWS) and len(grid.distinct(rows[count], area)) == 1:
        count += 1
    if any(len(grid.distinct(row, area)) > 1 for row in rows[count : count + 2]):
        return count
    return 0


def _foot_rows(rows: Sequence[int], area: Area, grid: _Grid) -> int:
    """How many rows at the bottom are notes: one cell alone, that begins like a note or is a sentence."""
    count = 0
    while count < len(rows) - 2 and len(grid.distinct(rows[-1 - count], area)) == 1:
        text = _one_line(grid.line(rows[-1 - count], grid.columns(rows[-1 - count], area)))
        if not _FOOTNOTE.match(text) and len(text) < _PROSE_CHARACTERS:
            break
        count += 1
    return count


def _is_prose(rows: Sequence[int], columns: Sequence[int], grid: _Grid) -> bool:
    """One cell alone, or one column of sentences."""
    if len(columns) != 1 and len(rows) != 1:
        return False
    texts = [text for row in rows for text in dict.fromkeys(grid.line(row, columns)) if text]
    return len(texts) < 2 or (len(columns) == 1 and sum(map(len, texts)) > _PROSE_CHARACTERS * len(texts))


def _header_rows(rows: Sequence[int], area: Area, grid: _Grid) -> int:
    """One, or as many as a merged header in the first row asks for: one more below a cell merged over columns."""
    count = 1
    while count < min(len(rows) - 1, _MOST_HEADER_ROWS):
        cells = grid.distinct(rows[count - 1], area)
        if not any(cell.right > cell.left for cell in cells) or len(cells) == 1:
            break
        count += 1
    tallest = max((cell.bottom - cell.top + 1 for cell in grid.distinct(rows[0], area)), default=1)
    partly = any(cell.bottom == cell.top for cell in grid.distinct(rows[0], area))
    return max(count, tallest) if partly and tallest <= min(_MOST_HEADER_ROWS, len(rows) - 1) else count


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text))


def _one_line(texts: Iterable[str]) -> str:
    """The distinct texts of a row, in order, as one line."""
    return " ".join(" ".join(dict.fromkeys(text for text in texts if text)).split())
