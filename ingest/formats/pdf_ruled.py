"""Tables drawn with lines: the grid that rulings span, cells joined where a wall is missing, words put into cells."""

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

from ingest.formats.pdf_cells import Cell, is_value, records, words_cell
from ingest.formats.pdf_geometry import Box, Word
from ingest.formats.pdf_rows import make_rows, segments

_SNAP = 2.5
"""Points: lines nearer than this are one; so far may lines that meet miss each other."""
_BREAK = 7.0
"""Points: what a line may be broken by, where each cell draws its own piece of it."""
_NEAR = 4.0
"""Points: no cell is narrower."""
_MEETING = 3
"""Vertical lines that make a joint."""
_REPEATED = 100
"""Characters: a longer text is not said again for each row that its cell reaches over."""
_MAX_LINES = 3000
_MAX_GRID = 20_000


class Table(NamedTuple):
    """A grid of cells, all rows of equal length; `words` are those it has taken off the page."""

    box: Box
    rows: tuple[tuple[Cell, ...], ...]
    words: frozenset[int]


class _Line(NamedTuple):
    """At `at` across its direction, from `start` to `end` along it."""

    at: float
    start: float
    end: float


_Part = tuple[list[_Line], list[_Line]]


def ruled_tables(words: Sequence[Word], across: Sequence[Box], down: Sequence[Box], known: Set[str]) -> list[Table]:
    """Tables whose cells are parted by vertical and horizontal lines. `Table.words` are indices into `words`."""
    if not words or len(across) < 2 or len(down) < 1 or len(across) + len(down) > _MAX_LINES:
        return []
    flat = _merged(_Line((box.top + box.bottom) / 2, box.x0, box.x1) for box in across)
    pieces = [_Line((box.x0 + box.x1) / 2, box.top, box.bottom) for box in down]
    upright = _merged(pieces)
    joints = _joints(pieces)
    tables: list[Table] = []
    taken: set[int] = set()
    for rows, columns in sorted(_connected([*flat, *joints], upright), key=lambda part: -len(part[0]) * len(part[1])):
        grid = _grid(rows, columns, frozenset(joints))
        table = grid.filled(words, taken, known) if grid else None
        if table:
            tables.append(table)
            taken |= table.words
    return sorted(tables, key=lambda table: (table.box.top, table.box.x0))


def _merged(lines: Iterable[_Line]) -> list[_Line]:
    """Lines of one direction with collinear pieces joined and doubled ones dropped."""
    merged: list[list[float]] = []
    for line in sorted(lines):
        for other in reversed(merged):
            if line.at - other[0] > _SNAP:
                continue
            if line.start <= other[2] + _BREAK and line.end >= other[1] - _BREAK:
                other[1], other[2] = min(other[1], line.start), max(other[2], line.end)
                break
        else:
            merged.append(list(line))
    return [_Line(*line) for line in merged]


def _joints(pieces: Sequence[_Line]) -> list[_Line]:
    """Where several vertical lines are pieced together at one height: the edge of a row whose cells have sides."""
    ends: dict[int, list[float]] = {}
    starts: dict[int, list[float]] = {}
    for piece in pieces:
        ends.setdefault(round(piece.end), []).append(piece.at)
        starts.setdefault(round(piece.start), []).append(piece.at)
    joints: list[_Line] = []
    for height, places in ends.items():
        met = sorted(at for at in places if any(abs(at - other) < 1 for other in starts.get(height, ())))
        if len(met) >= _MEETING:
            joints.append(_Line(float(height), met[0], met[-1]))
    return joints


def _connected(flat: list[_Line], upright: list[_Line]) -> list[_Part]:
    """Groups of lines that cross or touch."""
    parent = list(range(len(flat) + len(upright)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, row in enumerate(flat):
        for j, column in enumerate(upright, len(flat)):
            meets = column.start - _SNAP <= row.at <= column.end + _SNAP
            if meets and row.start - _SNAP <= column.at <= row.end + _SNAP:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[_Line], list[_Line]]] = {}
    for i, row in enumerate(flat):
        groups.setdefault(root(i), ([], []))[0].append(row)
    for j, column in enumerate(upright, len(flat)):
        groups.setdefault(root(j), ([], []))[1].append(column)
    return [part for part in groups.values() if len(part[0]) >= 2 and part[1]]


def _places(values: Iterable[float]) -> list[float]:
    """Sorted values with those that lie too near for a cell between them taken together."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _NEAR:
            places.append(value)
    return places


def _grid(rows: list[_Line], columns: list[_Line], joints: frozenset[_Line]) -> "_Grid | None":
    left, right = min(row.start for row in rows), max(row.end for row in rows)
    rows = [_Line(row.at, left, right) if row in joints else row for row in rows]
    top, bottom = min(column.start for column in columns), max(column.end for column in columns)
    xs = _places(column.at for column in columns)
    ys = _places(row.at for row in rows)
    xs = [*([left] if xs[0] - left > 8 else []), *xs, *([right] if right - xs[-1] > 8 else [])]
    ys = [*([top] if ys[0] - top > 6 else []), *ys, *([bottom] if bottom - ys[-1] > 6 else [])]
    if len(xs) < 3 or len(ys) < 2 or len(xs) * len(ys) > _MAX_GRID:
        return None
    return _Grid(rows, columns, xs, ys)


class _Grid:
    """The elementary cells between all lines, and which of them are one cell."""

    def __init__(self, rows: list[_Line], columns: list[_Line], xs: list[float], ys: list[float]) -> None:
        self._xs, self._ys = xs, ys
        self._wide, self._high = len(xs) - 1, len(ys) - 1
        self._parent = list(range(self._wide * self._high))
        for y in range(self._high):
            for x in range(self._wide):
                if x + 1 < self._wide and not _walled(columns, xs[x + 1], ys[y], ys[y + 1]):
                    self._join(y * self._wide + x, y * self._wide + x + 1)
                if y + 1 < self._high and not _walled(rows, ys[y + 1], xs[x], xs[x + 1]):
                    self._join(y * self._wide + x, (y + 1) * self._wide + x)
        self._squared()

    def _squared(self) -> None:
        """Cells that came out as no rectangle, for want of a wall, are cut into their rows."""
        members: dict[int, list[int]] = {}
        for slot in range(self._wide * self._high):
            members.setdefault(self._root(slot), []).append(slot)
        for slots in members.values():
            columns = {slot % self._wide for slot in slots}
            bands = {slot // self._wide for slot in slots}
            if len(slots) == len(columns) * len(bands):
                continue
            for slot in slots:
                beside = slot % self._wide and slot - 1 in slots
                self._parent[slot] = self._parent[slot - 1] if beside else slot

    def _root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def _join(self, one: int, other: int) -> None:
        first, second = sorted((self._root(one), self._root(other)))
        self._parent[second] = first

    def filled(self, words: Sequence[Word], taken: Set[int], known: Set[str]) -> Table | None:
        """The table with its words, or none where the grid is a frame, a chart or empty."""
        slots: dict[int, list[int]] = {}
        for index, word in enumerate(words):
            if index in taken:
                continue
            x, y = _slot(self._xs, (word.x0 + word.x1) / 2), _slot(self._ys, word.base - 0.3 * word.style.size)
            if x is not None and y is not None:
                slots.setdefault(y * self._wide + x, []).append(index)
        used = frozenset(index for inside in slots.values() for index in inside)
        self._part_rows(slots, words)
        cells: dict[int, list[int]] = {}
        for slot, inside in slots.items():
            cells.setdefault(self._root(slot), []).extend(inside)
        if len(cells) < 3 or not self._tabular(cells) or self._unparted(cells, words):
            return None
        rows = [row for band in range(self._high) for row in self._band(band, cells, words, known)]
        rows = _without_empty_columns([row for row in rows if any(cell.text for cell in row)])
        if len(rows) < 2 or len(rows[0]) < 2:
            return None
        return Table(Box(self._xs[0], self._ys[0], self._xs[-1], self._ys[-1]), tuple(map(tuple, rows)), used)

    def _part_rows(self, slots: dict[int, list[int]], words: Sequence[Word]) -> None:
        """Part what is one cell for want of inner walls, where its words keep to the columns that other rows have."""
        for band in range(self._high):
            first = band * self._wide
            for root in {self._root(first + x) for x in range(self._wide)}:
                members = [slot for slot in range(first, first + self._wide) if self._root(slot) == root]
                inside = [words[index] for slot in members for index in slots.get(slot, ())]
                if len(members) < 2 or self._size(root) != len(members) or not inside:
                    continue
                edges = [self._xs[slot - first] for slot in members[1:]]
                if _keeps_to_columns(inside, edges):
                    for slot in members:
                        self._parent[slot] = slot

    def _size(self, root: int) -> int:
        return sum(self._root(slot) == root for slot in range(self._wide * self._high))

    def _tabular(self, cells: dict[int, list[int]]) -> bool:
        """Two rows and two columns with text at least, and not mostly empty cells as in a chart's grid."""
        roots = {self._root(index) for index in range(self._wide * self._high)}
        columns = {root % self._wide for root in cells}
        bands = {root // self._wide for root in cells}
        return len(columns) >= 2 and (len(bands) >= 2 or len(cells) >= 4) and len(cells) >= 0.2 * len(roots)

    def _unparted(self, cells: dict[int, list[int]], words: Sequence[Word]) -> bool:
        """Whether the lines part only some of the columns: cells in most rows hold values far apart."""
        bands: set[int] = set()
        for root, inside in cells.items():
            for row in make_rows(words[index] for index in inside):
                if sum(is_value(part.text) for part in segments(row, 0.9 * row.size)) >= 2:
                    bands.add(root // self._wide)
        return len(bands) > 0.4 * len({root // self._wide for root in cells})

    def _band(self, band: int, cells: dict[int, list[int]], words: Sequence[Word], known: Set[str]) -> list[list[Cell]]:
        """The rows of one strip between two horizontal lines: one, or several where records stand in it unparted."""
        roots = [self._root(band * self._wide + x) for x in range(self._wide)]
        inner = [
            root for root in dict.fromkeys(roots) if root // self._wide == band and not self._reaches_below(root, band)
        ]
        split = records([_of(cells, root, words) for root in inner])
        if split is None:
            return [[self._said(root, band, words_cell(_of(cells, root, words), known)) for root in roots]]
        rows: list[list[Cell]] = []
        for line in split:
            found = {root: words_cell(part, known) for root, part in zip(inner, line, strict=True)}
            outer = {root: words_cell(_of(cells, root, words), known) for root in roots}
            rows.append([found.get(root, outer[root] if root not in inner else Cell()) for root in roots])
        return rows

    def _said(self, root: int, band: int, cell: Cell) -> Cell:
        """A cell over several rows: said in each, but a long one in the first alone."""
        return cell if root // self._wide == band or len(cell.text) <= _REPEATED else Cell()

    def _reaches_below(self, root: int, band: int) -> bool:
        if band + 1 >= self._high:
            return False
        return any(self._root((band + 1) * self._wide + x) == root for x in range(self._wide))


def _of(cells: dict[int, list[int]], root: int, words: Sequence[Word]) -> list[Word]:
    return [words[index] for index in cells.get(root, ())]


def _keeps_to_columns(words: Sequence[Word], edges: Sequence[float]) -> bool:
    """Whether words stand apart in two columns or more, none of their segments across an edge."""
    parts = [part for row in make_rows(words) for part in segments(row, 0.8 * row.size)]
    if any(part.x0 < edge - 1 and part.x1 > edge + 1 for part in parts for edge in edges):
        return False
    return len({sum(part.x0 >= edge - 1 for edge in edges) for part in parts}) >= 2


def _walled(lines: list[_Line], at: float, start: float, end: float) -> bool:
    """Whether lines at `at` cover most of the way from `start` to `end`."""
    covered = sum(
        max(0.0, min(line.end, end) - max(line.start, start)) for line in lines if abs(line.at - at) <= 2 * _SNAP
    )
    return covered >= 0.6 * (end - start)


def _slot(places: list[float], value: float) -> int | None:
    """Between which two places a value lies."""
    if not places[0] - _SNAP <= value <= places[-1] + _SNAP:
        return None
    for index in range(len(places) - 1):
        if value < places[index + 1]:
            return index
    return len(places) - 2


def _without_empty_columns(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Without columns that are empty or repeat their left neighbour all the way down (a doubled line)."""
    if not rows:
        return rows
    keep = [
        x
        for x in range(len(rows[0]))
        if any(row[x].text for row in rows) and (x == 0 or any(row[x].text != row[x - 1].text for row in rows))
    ]
    return [[row[x] for x in keep] for row in rows]
