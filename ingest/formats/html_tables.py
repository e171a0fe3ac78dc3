"""Tables of a page: which are no tables at all, and how spans become a full grid."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.formats.html_tree import Element, remove, tokens, words

SPARE_CELLS = 100_000
"""So many cells may spans add, beside four for each that is written: `colspan=1000` in each row is no table."""

_MAX_SPAN = 1_000
_PROSE_WORDS = 80
_SHORT_WORDS = 8
_GUTTER = re.compile(r"line-?(?:no|num)|gutter|\blinenos?\b")
_LAYOUT_ROLES = {"presentation", "none"}
_BLOCKS = ("h1", "h2", "h3", "h4", "form", "article", "section", "blockquote")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as written. `rowspan` 0 reaches to the end of its group of rows."""

    text: str
    rowspan: int = 1
    colspan: int = 1
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`group` numbers the row group (head, bodies, foot) that it stands in; spans end with it."""

    cells: tuple[Cell, ...]
    group: int = 0
    in_head: bool = False


def span(value: str | None) -> int:
    """A rowspan or colspan attribute as browsers read it: leading digits, 1 where there are none, at most 1,000."""
    digits = re.match(r"\s*(\d{1,9})", value or "")
    return min(int(digits[1]), _MAX_SPAN) if digits else 1


def expand(rows: Sequence[Row]) -> list[list[str]]:
    """The full grid: a spanning cell's text in each place that it covers; each row as long as the widest.

    Columns in which no cell begins are left out: they come from a `colspan` wider than the table.
    """
    rows_left = _rows_left(rows)
    is_bomb = _is_bomb(rows, rows_left)
    grid: list[list[str]] = []
    begins: set[int] = set()
    open_spans: dict[int, tuple[int, str]] = {}
    for row, left in zip(rows, rows_left, strict=True):
        line, open_spans = _place(_unspanned(row) if is_bomb else row, open_spans, begins, rows_left=left)
        grid.append(line)
    width = max((len(line) for line in grid), default=0)
    kept = [column for column in range(width) if column in begins]
    return [[line[column] if column < len(line) else "" for column in kept] for line in grid]


def title_rows(rows: Sequence[Row]) -> int:
    """How many leading rows are one header cell across the whole table: its title, not a header of any column."""
    count = 0
    for row in rows[:-2]:
        if not _is_title(row):
            break
        count += 1
    return count


def header_rows(rows: Sequence[Row]) -> int:
    """How many of the leading rows are headers: those in the table's head, else those of header cells alone.

    A title row ends them: below the header it names a group of rows; and so does a row that spans on into the next,
    for it names them at their side. A table without header cells gets its first row, if that has a short text without
    figures in each column.
    """
    leading = 0
    for row in rows:
        filled = [cell for cell in row.cells if cell.text]
        if not (row.in_head or (filled and all(cell.is_header for cell in filled) and not _is_title(row))):
            break
        leading += 1
    while leading > 1 and not rows[leading - 1].in_head and _spans_on(rows[leading - 1]):
        leading -= 1
    if leading == len(rows):
        return min(1, leading)
    if leading or any(cell.is_header for row in rows for cell in row.cells):
        return leading
    return int(len(rows) > 1 and _reads_as_header(rows[0]))


def unwrap_layout(root: Element) -> None:
    """Turn tables that only lay out a page into plain blocks, inner ones first, and drop columns of line numbers."""
    for table in reversed(list(root.iter("table"))):
        for cell in [cell for cell in own_cells(table) if _GUTTER.search(tokens(cell))]:
            remove(cell)
        if _is_layout(table):
            for part in [table, *_own(table, _PARTS)]:
                part.tag = "div"


def own_cells(table: Element) -> list[Element]:
    """The cells of this table, not those of tables inside it."""
    return _own(table, {"td", "th"})


_PARTS = {"caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th"}


def _own(table: Element, tags: set[str]) -> list[Element]:
    return [part for part in _parts(table) if part.tag in tags]


def _parts(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag in _PARTS:
            yield child
            yield from _parts(child)


def _rows_left(rows: Sequence[Row]) -> list[int]:
    """For each row how many follow in its group: no span reaches beyond."""
    left = [0] * len(rows)
    for number in range(len(rows) - 2, -1, -1):
        if rows[number].group == rows[number + 1].group:
            left[number] = left[number + 1] + 1
    return left


def _is_bomb(rows: Sequence[Row], rows_left: Sequence[int]) -> bool:
    """Whether the grid would be so much larger than its cells that the spans can't be meant."""
    cells = sum(len(row.cells) for row in rows)
    area = sum(
        max(1, cell.colspan) * _height(cell, left)
        for row, left in zip(rows, rows_left, strict=True)
        for cell in row.cells
    )
    return area > SPARE_CELLS + 4 * cells


def _height(cell: Cell, rows_left: int) -> int:
    return 1 + (rows_left if cell.rowspan == 0 else min(cell.rowspan - 1, rows_left))


def _unspanned(row: Row) -> Row:
    return replace(row, cells=tuple(replace(cell, rowspan=1, colspan=1) for cell in row.cells))


def _place(
    row: Row, open_spans: Mapping[int, tuple[int, str]], begins: set[int], *, rows_left: int
) -> tuple[list[str], dict[int, tuple[int, str]]]:
    """One line of the grid, and the spans that reach into the next.

    `open_spans` maps a column to (rows that it still covers, this one counted; text). `begins` gets the columns in
    which a cell begins.
    """
    line: list[str] = []
    carried = {column: (rows - 1, text) for column, (rows, text) in open_spans.items() if rows > 1}
    for cell in row.cells:
        while len(line) in open_spans:
            line.append(open_spans[len(line)][1])
        begins.add(len(line))
        below = _height(cell, rows_left) - 1
        for _ in range(max(1, cell.colspan)):
            if below:
                carried[len(line)] = (below, cell.text)
            line.append(cell.text)
    for column in sorted(column for column in open_spans if column >= len(line)):
        line.extend([""] * (column - len(line)))
        line.append(open_spans[column][1])
    return line, carried


def _is_title(row: Row) -> bool:
    """One header cell across: the title of the table, or of the rows below."""
    return len(row.cells) == 1 and row.cells[0].is_header and row.cells[0].colspan > 1 and row.cells[0].rowspan == 1


def _spans_on(row: Row) -> bool:
    return any(cell.rowspan != 1 for cell in row.cells)


def _reads_as_header(row: Row) -> bool:
    texts = [cell.text for cell in row.cells]
    return all(text and len(text) <= 60 and not re.search(r"\d", text) for text in texts) and len(set(texts)) > 1


def _is_layout(table: Element) -> bool:
    """Whether a table only places things: it says so, has a single row, column or cell, or holds paragraphs."""
    if (table.get("role") or "").lower() in _LAYOUT_ROLES:
        return True
    parts = _parts_by_tag(table)
    cells = parts["td"] + parts["th"]
    rows = [row for row in parts["tr"] if len(row)]
    if len(cells) <= 1:
        return True
    blocks = sum(1 for cell in parts["td"] for _ in cell.iter(*_BLOCKS))
    if blocks > 1 or (blocks and not _is_small_grid(rows, cells)):
        return True
    if parts["th"] or parts["caption"] or parts["thead"]:
        return False
    if len(rows) <= 1 or all(len(row) <= 1 for row in rows):
        return True
    return max(words(cell) for cell in cells) > _PROSE_WORDS and len(cells) <= 4


def _is_small_grid(rows: Sequence[Element], cells: Sequence[Element]) -> bool:
    """Rows of as many short texts each: a grid, even if a heading's look was used for one of them."""
    wide = {len(row) for row in rows}
    short = all(words(cell) <= _SHORT_WORDS and cell.find(".//table") is None for cell in cells)
    return len(rows) >= 2 and len(wide) == 1 and wide.pop() >= 2 and short


def _parts_by_tag(table: Element) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {tag: [] for tag in _PARTS}
    for part in _parts(table):
        found[part.tag].append(part)
    return found
