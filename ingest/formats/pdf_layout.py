"""One page to its blocks: ruled tables first, then columns, then tables by alignment and the text around them."""

import re
from collections.abc import Sequence, Set

from ingest.formats.pdf_aligned import aligned_tables
from ingest.formats.pdf_blocks import PageBlock, row_blocks
from ingest.formats.pdf_cells import Cell
from ingest.formats.pdf_columns import reading_order
from ingest.formats.pdf_continued import continued
from ingest.formats.pdf_geometry import Box, ReadPage, Word, bounds
from ingest.formats.pdf_places import PlacedPage, placed
from ingest.formats.pdf_rows import Row, make_rows, usual_gap, usual_size
from ingest.formats.pdf_ruled import ruled_tables
from ingest.formats.tables import pipe_table
from ingest.markdown import clean_text

_KNOWN_WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]{2,})*")

_MOST_KNOWN = 200_000


class PageReader:
    """Reads pages one after the other; what it learns of a document's words helps to join hyphenated ones.

    `hidden` counts words that no reader sees, `pictures` raster images; `broken` are pages that could not be loaded,
    `only_running` pages whose text is nothing but running lines, or that are blank. `recognised` are pages whose words
    were read off a picture, with how sure they are, 0-1; `remarks` were written on pages later. `placed` says of each
    page with text where the words of its blocks stand.
    """

    def __init__(self) -> None:
        self.hidden = 0
        self.pictures = 0
        self.broken: set[int] = set()
        self.only_running: set[int] = set()
        self.remarks: dict[int, tuple[str, ...]] = {}
        self.recognised: dict[int, float] = {}
        self.placed: list[PlacedPage] = []
        self._known: set[str] = set()
        self._last: PageBlock | None = None
        self._number = 0

    def blocks(self, page: ReadPage | None) -> list[PageBlock]:
        """The page's blocks in reading order, what is hidden last; none for a page that could not be loaded."""
        self._number += 1
        if page is None:
            self.broken.add(self._number)
            return []
        self.hidden += len(page.hidden)
        self.pictures += len(page.images)
        if page.remarks:
            self.remarks[page.number] = page.remarks
        if page.confidence is not None:
            self.recognised[page.number] = page.confidence
        self._learn(page.words)
        known = self._known
        blocks = continued(self._last, _page_blocks(page, known))
        self._last = blocks[-1] if blocks else None
        if not blocks and not page.images:
            self.only_running.add(page.number)
        blocks = [block._replace(text=clean_text(block.text)) for block in (*blocks, *_hidden(page))]
        if blocks:
            self.placed.append(placed(page, blocks))
        return [block._replace(words=()) for block in blocks]

    def _learn(self, words: Sequence[Word]) -> None:
        if len(self._known) < _MOST_KNOWN:
            self._known.update(_KNOWN_WORD.findall(" ".join([word.text.lower().rstrip("-") for word in words])))


def _page_blocks(page: ReadPage, known: Set[str]) -> list[PageBlock]:
    tables = ruled_tables(page.words, page.across, page.down, known)
    taken = {index for table in tables for index in table.words}
    free = [word for index, word in enumerate(page.words) if index not in taken]
    blocks: list[PageBlock] = []
    for region in reading_order(free, [table.box for table in tables]):
        if region.table >= 0:
            blocks.append(_table(tables[region.table].rows, page.number))
        else:
            blocks += _region_blocks(make_rows(region.words), page, known)
    if page.turned:
        blocks += row_blocks(make_rows(page.turned), page=page.number, known=known)
    return blocks


def _table(rows: Sequence[Sequence[Cell]], page: int) -> PageBlock:
    markdown = pipe_table([[cell.text for cell in row] for row in rows])
    words = tuple(word for row in rows for cell in row for word in cell.words)
    left = min((word.x0 for word in words), default=0.0)
    return PageBlock("table", markdown, page, 0.0, bold=False, indent=left, words=words)


def _hidden(page: ReadPage) -> list[PageBlock]:
    """What no reader of the page sees, in one block."""
    if not page.hidden:
        return []
    words = tuple(word for row in make_rows(page.hidden) for word in row.words)
    text = " ".join(word.text for word in words)
    return [PageBlock("hidden", text, page.number, words[0].style.size, bold=False, words=words)]


def _region_blocks(rows: list[Row], page: ReadPage, known: Set[str]) -> list[PageBlock]:
    size = usual_size(rows)
    gap = max(0.72 * size, min(1.9 * usual_gap(rows), 1.2 * size))
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    rules = _rules(page, left, right)
    blocks: list[PageBlock] = []
    at = 0
    for table in aligned_tables(rows, gap=gap, rules=rules, known=known):
        if _charted([word for row in rows[table.first : table.last] for word in row.words], page.drawings):
            continue
        blocks += row_blocks(rows[at : table.first], page=page.number, known=known)
        blocks.append(_table(table.cells, page.number))
        at = table.last
    return blocks + row_blocks(rows[at:], page=page.number, known=known)


def _charted(words: Sequence[Word], drawings: Sequence[Box]) -> bool:
    """Whether what looks like a table is the lettering of a chart: curves run through a good part of it."""
    box = bounds(words)
    return any(_shared(box, drawing) > 0.25 * box.area for drawing in drawings)


def _shared(one: Box, other: Box) -> float:
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    return max(0.0, wide) * max(0.0, min(one.bottom, other.bottom) - max(one.top, other.top))


def _rules(page: ReadPage, left: float, right: float) -> list[float]:
    """Heights at which rules or edges of shading run across a good part of a region."""
    spans: dict[int, float] = {}
    for box in page.across:
        _add(spans, (box.top + box.bottom) / 2, min(box.x1, right) - max(box.x0, left))
    for box in page.fills:
        for y in (box.top, box.bottom):
            _add(spans, y, min(box.x1, right) - max(box.x0, left))
    return [float(y) for y, wide in spans.items() if wide >= 0.45 * (right - left)]


def _add(spans: dict[int, float], y: float, wide: float) -> None:
    if wide > 0:
        spans[round(y)] = spans.get(round(y), 0.0) + wide
