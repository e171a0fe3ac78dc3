"""The content of OpenDocument text (ODF 1.3 part 3): headings, paragraphs, lists, tables, notes, boxes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from ingest.formats.links import linked
from ingest.formats.lists import Item, list_text
from ingest.formats.tables import pipe_table
from ingest.models import Piece

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT = f"{{{_URN}text:1.0}}"
TABLE = f"{{{_URN}table:1.0}}"
DRAW = f"{{{_URN}drawing:1.0}}"
STYLE = f"{{{_URN}style:1.0}}"
OFFICE = f"{{{_URN}office:1.0}}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_SHAPES = (f"{DRAW}frame", f"{DRAW}text-box", f"{DRAW}custom-shape", f"{DRAW}g", f"{DRAW}rect", f"{DRAW}a")
_CONTAINERS = (f"{TEXT}section", f"{TEXT}index-body", *_SHAPES)
_CAPTIONS = {"Caption", "Illustration", "Figure", "Table", "Drawing"}
_MOST_DEPTH = 20
_MOST_SPAN = 200


@dataclass(slots=True)
class _Left:
    """What hangs on a paragraph and stands after it: boxes, and notes by number."""

    boxes: list[etree._Element] = field(default_factory=list)
    notes: list[tuple[str, etree._Element]] = field(default_factory=list)


class OdfReader:
    """Reads blocks; `roots` are content.xml's and styles.xml's, whose styles say what is a title, what is numbered."""

    def __init__(self, roots: Sequence[etree._Element]) -> None:
        styles = (style for root in roots for style in root.iter(f"{STYLE}style"))
        self._parents = {s.get(f"{STYLE}name", ""): s.get(f"{STYLE}parent-style-name", "") for s in styles}
        lists = (style for root in roots for style in root.iter(f"{TEXT}list-style"))
        self._lists = {style.get(f"{STYLE}name", ""): style for style in lists}
        self._counts: dict[str, list[int]] = {}
        self._left = _Left()
        self._depth = 0
        self._cells_around = 0

    def pieces(self, container: etree._Element, *, page: int | None = None) -> Iterator[Piece]:
        """The blocks in `container`, neighbouring items joined to lists."""
        items: list[Item] = []
        for block in self._blocks(container, page):
            if isinstance(block, Item):
                items.append(block)
                continue
            yield from _list(items, page)
            yield block
        yield from _list(items, page)

    def flat(self, container: etree._Element) -> str:
        """All that stands in a cell or note, as lines without list marks; a table in it row by row."""
        self._cells_around += 1
        text = "\n".join(block.text for block in self._blocks(container, None) if block.text)
        self._cells_around -= 1
        return text

    def _blocks(self, container: etree._Element, page: int | None) -> Iterator[Piece | Item]:
        """Deeper than any real document nests, nothing is read."""
        self._depth += 1
        if self._depth <= _MOST_DEPTH:
            for child in container.iterchildren("*"):
                yield from self._block(child, page)
        self._depth -= 1

    def _block(self, element: etree._Element, page: int | None) -> Iterator[Piece | Item]:
        if element.tag in (f"{TEXT}p", f"{TEXT}h"):
            yield from self._paragraph(element, page)
        elif element.tag == f"{TEXT}list":
            yield from self._list_items(element, page, [])
        elif element.tag == f"{TABLE}table" and self._cells_around:
            rows = (" ".join(dict.fromkeys(filter(None, row))) for row in self._grid(element))
            yield Piece("paragraph", "\n".join(rows))
        elif element.tag == f"{TABLE}table":
            yield Piece("table", self.table(element), page=page)
        elif element.tag in _CONTAINERS:
            yield from self._blocks(element, page)

    def _paragraph(self, element: etree._Element, page: int | None) -> Iterator[Piece | Item]:
        text = self.text(element)
        style = self._named_style(element)
        if text and (element.tag == f"{TEXT}h" or style == "Title"):
            level = min(_int(element.get(f"{TEXT}outline-level")) or 1, 6)
            yield Piece("heading", f"{'#' * level} {' '.join(text.split())}", level=level, page=page)
        elif text:
            yield Piece("caption" if style in _CAPTIONS else "paragraph", text, page=page)
        yield from self._left_over(page)

    def _left_over(self, page: int | None) -> Iterator[Piece | Item]:
        left, self._left = self._left, _Left()
        for box in left.boxes:
            yield from self._blocks(box, page)
        for number, body in left.notes:
            yield Piece("paragraph", f"[^{number}]: {self.flat(body)}", page=page)

    def _named_style(self, element: etree._Element) -> str:
        """The paragraph's style as its user knows it, through automatic ones."""
        style = element.get(f"{TEXT}style-name", "")
        return str(self._parents.get(style) or style)

    def _list_items(self, element: etree._Element, page: int | None, outer: list[str]) -> Iterator[Piece | Item]:
        """Items with their number or dash; a heading in a list stays a heading, a list without marks paragraphs."""
        names = [*outer, element.get(f"{TEXT}style-name", "") or (outer[-1] if outer else "")]
        depth = len(outer)
        counts = self._counts.setdefault(names[-1], [])
        if (
            not outer
            and element.get(f"{TEXT}continue-numbering") != "true"
            and element.get(f"{TEXT}continue-list") is None
        ):
            counts.clear()
        for item in element.iterchildren(f"{TEXT}list-item", f"{TEXT}list-header"):
            marker = self._marker(names[-1], depth, item, counts)
            for child in item.iterchildren("*"):
                if child.tag == f"{TEXT}list" and depth < _MOST_DEPTH:
                    yield from self._list_items(child, page, names)
                elif child.tag == f"{TEXT}p" and marker:
                    if text := self.text(child):
                        yield Item(depth, marker, text)
                    yield from self._left_over(page)
                else:
                    yield from self._block(child, page)

    def _marker(self, style: str, depth: int, item: etree._Element, counts: list[int]) -> str:
        """`3.`, `-`, or nothing for a list that shows no mark."""
        definition = self._lists.get(style)
        levels = definition.iterchildren("*") if definition is not None else ()
        level = next((one for one in levels if one.get(f"{TEXT}level") == str(depth + 1)), None)
        if level is None:
            return "-" if definition is None else ""
        if level.tag != f"{TEXT}list-level-style-number":
            return "-" if (level.get(f"{TEXT}bullet-char") or "").strip() or level.tag.endswith("image") else ""
        del counts[depth + 1 :]
        counts += [0] * (depth + 1 - len(counts))
        start = item.get(f"{TEXT}start-value")
        first = _int(level.get(f"{TEXT}start-value")) or 1
        counts[depth] = _int(start) if start else counts[depth] + 1 if counts[depth] else first
        return f"{counts[depth]}." if level.get(f"{STYLE}num-format") else ""

    def table(self, element: etree._Element) -> str:
        """A pipe table, spans repeated; header rows as the file says, else one."""
        heads = [row for head in element.iterchildren(f"{TABLE}table-header-rows") for row in table_rows(head)]
        return pipe_table(self._grid(element), header_rows=max(1, len(heads)))

    def _grid(self, element: etree._Element) -> list[list[str]]:
        grid: list[list[str]] = []
        spans: list[tuple[int, int, etree._Element]] = []
        for row, repeated in table_rows(element):
            texts: list[str] = []
            for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
                if f"{TABLE}number-columns-spanned" in cell.attrib or f"{TABLE}number-rows-spanned" in cell.attrib:
                    spans.append((len(grid), len(texts), cell))
                width = min(_int(cell.get(f"{TABLE}number-columns-repeated")) or 1, _MOST_SPAN)
                texts += [self.flat(cell) if cell.tag == f"{TABLE}table-cell" else ""] * width
            grid += [list(texts) for _ in range(min(repeated, _MOST_SPAN))]
        for top, left, cell in spans:
            width = min(_int(cell.get(f"{TABLE}number-columns-spanned")) or 1, _MOST_SPAN)
            height = _int(cell.get(f"{TABLE}number-rows-spanned")) or 1
            for line in grid[top : top + height]:
                line[left : left + width] = [grid[top][left]] * len(line[left : left + width])
        return grid

    def text(self, paragraph: etree._Element) -> str:
        """Line breaks as `\\n`; notes and boxes are put aside."""
        parts: list[str] = []
        self._inline(paragraph, parts, depth=0)
        lines = "".join(parts).replace("\xa0", " ").split("\n")
        return "\n".join(" ".join(line.split()) for line in lines).strip("\n")

    def _inline(self, element: etree._Element, parts: list[str], *, depth: int) -> None:
        parts.append(element.text or "")
        for child in element.iterchildren("*"):
            if depth < _MOST_DEPTH:
                self._inline_child(child, parts, depth=depth + 1)
            parts.append(child.tail or "")

    def _inline_child(self, child: etree._Element, parts: list[str], *, depth: int) -> None:
        if child.tag in _SIGNS:
            parts.append(_SIGNS[child.tag])
        elif child.tag == f"{TEXT}a":
            inside: list[str] = []
            self._inline(child, inside, depth=depth)
            parts.append(linked("".join(inside), child.get(_HREF, "")))
        elif child.tag == f"{TEXT}note":
            self._note(child, parts)
        elif child.tag in _SHAPES:
            self._left.boxes.append(child)
        elif child.tag == f"{TEXT}ruby":
            for base in child.iterchildren(f"{TEXT}ruby-base"):
                self._inline(base, parts, depth=depth)
        elif child.tag != f"{OFFICE}annotation" and child.tag.startswith(TEXT):
            self._inline(child, parts, depth=depth)

    def _note(self, note: etree._Element, parts: list[str]) -> None:
        number = (note.findtext(f"{TEXT}note-citation") or "*").strip()
        body = note.find(f"{TEXT}note-body")
        if body is not None:
            parts.append(f"[^{number}]")
            self._left.notes.append((number, body))


_SIGNS: Mapping[str, str] = {f"{TEXT}s": " ", f"{TEXT}tab": " ", f"{TEXT}line-break": "\n"}


def table_rows(element: etree._Element) -> Iterator[tuple[etree._Element, int]]:
    """Rows in order with how often each is repeated, through header rows and row groups."""
    groups = (f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group")
    for child in element.iterchildren(f"{TABLE}table-row", *groups):
        if child.tag == f"{TABLE}table-row":
            yield child, _int(child.get(f"{TABLE}number-rows-repeated")) or 1
        else:
            yield from table_rows(child)


def _list(items: list[Item], page: int | None) -> Iterator[Piece]:
    """The items so far as one list; they are taken."""
    if items:
        yield Piece("list", list_text(items), page=page)
        items.clear()


def _int(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
