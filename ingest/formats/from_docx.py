"""DOCX as it is printed, without headers and footers: headings, lists with their numbers, tables with spans, notes.

Read from its XML: python-docx, and unstructured on top of it, see no list numbers, notes, text boxes, content
controls or tracked insertions.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from ingest.blocks import assemble
from ingest.errors import Malformed
from ingest.formats.charts import chart_pieces
from ingest.formats.docx_numbering import VAL, Numbering, Style, Styles, W
from ingest.formats.docx_text import TextReader, chosen, is_alternative, is_hidden
from ingest.formats.lists import Item, list_text
from ingest.formats.packages import Package, metadata, open_package
from ingest.formats.tables import pipe_table
from ingest.formats.titles import choose_title
from ingest.models import Document, Piece

_TITLE_STYLES = {"title", "titel", "titre", "título", "titolo", "document title"}
_CODE_STYLES = {"source code", "code", "code block", "html preformatted", "preformatted text", "macro text", "listing"}
_MONOSPACED = re.compile(r"(?:courier|consolas|menlo|monaco|lucida console|dejavu sans mono|.*\bmono\b)", re.IGNORECASE)
_CODE_SIGNS = re.compile(r"[{}();=<>$#|\\]|^\s{2,}", re.MULTILINE)
_CONTENTS = re.compile(r"toc (?:\d|heading)|table of (?:figures|contents|authorities)|contents heading", re.IGNORECASE)
_LIST_NUMBER = re.compile(r"(\d{1,9})([.)]?)")
_MOST_DEPTH = 20
_MOST_SPAN = 200


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    span: int
    goes_on: bool


def convert(path: Path, name: str) -> Document:
    """The DOCX in `path`. No pages. Raises `Malformed`, `Encrypted`, `OverLimit`."""
    with open_package(path, name) as package:
        reader = _Reader(package, name)
        pieces = list(_joined(reader.document()))
        title = choose_title(name, declared=package.properties.get("title", ""), pieces=pieces)
        return assemble(pieces, title=title, metadata=metadata(package.properties), notes=reader.notes())


class _Reader:
    """Walks a document's body; counts what it leaves out."""

    def __init__(self, package: Package, name: str) -> None:
        self._package = package
        self._main = package.main_part()
        self._root = package.tree(self._main)
        if self._root.tag != f"{W}document":
            raise Malformed(f"{name}: no Word document in the package", remedy="Open it in Word and save it again.")
        self._styles = Styles(package, self._main)
        self._numbering = Numbering(package, self._main)
        self._relations = package.relations(self._main)
        self._text = TextReader(self._relations)
        self._footnotes = {**self._notes_of("footnotes", ""), **self._notes_of("endnotes", "e")}
        self._comments = {**self._notes_of("comments", "")}
        self._contents = 0
        self._embedded = 0
        self._depth = 0
        self._cells_around = 0

    def document(self) -> Iterator[Piece | Item]:
        for body in self._root.iterchildren(f"{W}body"):
            yield from self._blocks(body)
        if hidden := self._text.seen.hidden:
            yield Piece("paragraph", "\n".join(hidden), hidden=True)

    def notes(self) -> list[str]:
        seen = self._text.seen
        counted = (
            (self._contents, "lines of a table of contents left out"),
            (seen.changes, "tracked changes read as accepted"),
            (len(seen.hidden), "runs of hidden text kept and not searched"),
            (self._embedded, "embedded documents left out"),
        )
        return [f"{what}: {count}" for count, what in counted if count]

    def _notes_of(self, kind: str, prefix: str) -> Mapping[str, etree._Element]:
        part = self._package.related(self._main, kind)
        if part is None:
            return {}
        return {prefix + note.get(f"{W}id", ""): note for note in self._package.tree(part).iterchildren("*")}

    def _blocks(self, container: etree._Element) -> Iterator[Piece | Item]:
        """Deeper than any real document nests its boxes and tables, nothing is read."""
        self._depth += 1
        if self._depth <= _MOST_DEPTH:
            for child in container.iterchildren("*"):
                yield from self._block(child)
        self._depth -= 1

    def _block(self, element: etree._Element) -> Iterator[Piece | Item]:
        tag = element.tag
        if tag == f"{W}p":
            yield from self._paragraph(element)
        elif tag == f"{W}tbl":
            yield from self._table(element)
        elif tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo"):
            yield from self._blocks(element)
        elif is_alternative(element):
            yield from self._blocks(chosen(element))
        elif tag == f"{W}altChunk":
            self._embedded += 1

    def _paragraph(self, element: etree._Element) -> Iterator[Piece | Item]:
        style = self._styles.of(element)
        if _CONTENTS.match(style.name):
            self._contents += 1
            return
        text = self._text.text(element)
        if text:
            yield from self._styled(element, style, text)
        yield from self._left_over()

    def _styled(self, element: etree._Element, style: Style, text: str) -> Iterator[Piece | Item]:
        label = self._numbering.label(style.number, style.level) if style.number and style.number != "0" else None
        if style.outline is not None or style.name.lower() in _TITLE_STYLES:
            level = min((style.outline or 0) + 1, 6)
            words = " ".join(" ".join([label or "", text]).split())
            yield Piece("heading", f"{'#' * level} {words}", level=level)
        elif label is not None:
            yield Item(style.level, _marker(label), text)
        elif style.name.lower() == "caption":
            yield Piece("caption", " ".join(text.split()))
        elif _is_code(element, style):
            yield Piece("code", _code_text(element))
        else:
            yield Piece("paragraph", text)

    def _left_over(self) -> Iterator[Piece | Item]:
        """Text boxes, charts, footnotes and comments that hang on what was read just now."""
        seen = self._text.seen
        boxes, seen.boxes = seen.boxes, []
        charts, seen.charts = seen.charts, []
        footnotes, seen.footnotes = seen.footnotes, []
        comments: list[str] = []
        if not self._cells_around:  # what hangs on a table's cell follows the table
            comments, seen.comments = seen.comments, []
        for box in boxes:
            yield from self._blocks(box)
        for chart in charts:
            relation = self._relations.get(chart)
            if relation is not None and relation.target in self._package.parts:
                yield from chart_pieces(self._package.tree(relation.target))
        for note in footnotes:
            if (element := self._footnotes.pop(note, None)) is not None:
                yield Piece("paragraph", f"[^{note}]: {self._flat(element)}")
        for comment in comments:
            if (element := self._comments.pop(comment, None)) is not None and (words := self._flat(element)):
                yield Piece("paragraph", f"Comment by {element.get(f'{W}author') or 'unknown'}: {words}")

    def _flat(self, container: etree._Element) -> str:
        """All blocks of a cell or a note as lines."""
        self._cells_around += 1
        text = "\n".join(piece.text for piece in _joined(self._blocks(container)))
        self._cells_around -= 1
        return text

    def _table(self, element: etree._Element) -> Iterator[Piece | Item]:
        rows = list(_rows(element))
        cells = [list(_cells(row)) for row in rows]
        if len(cells) == 1 and len(cells[0]) == 1:
            yield from self._blocks(cells[0][0])
            return
        grid = self._grid(rows, cells)
        header_rows = _header_rows(element, rows)
        if len(cells) > 2 and len(cells[0]) == 1 and any(len(row) > 1 for row in cells):
            yield Piece("caption", " ".join(grid[0][0].split()) if grid[0] else "")
            grid, header_rows = grid[1:], max(header_rows - 1, 1)
        if self._cells_around:
            yield Piece("paragraph", "\n".join(" ".join(dict.fromkeys(filter(None, row))) for row in grid))
        else:
            yield Piece("table", pipe_table(grid, header_rows=header_rows))
        yield from self._left_over()

    def _grid(self, rows: Sequence[etree._Element], cells: Sequence[Sequence[etree._Element]]) -> list[list[str]]:
        """The text of each cell, repeated over all columns and rows that it spans."""
        grid: list[list[str]] = []
        for row, line in zip(rows, cells, strict=True):
            texts = [""] * _grid_before(row)
            above = grid[-1] if grid else []
            for cell in map(self._cell, line):
                kept = above[len(texts)] if cell.goes_on and len(texts) < len(above) else cell.text
                texts += [kept] * cell.span
            grid.append(texts)
        return grid

    def _cell(self, element: etree._Element) -> _Cell:
        properties = element.find(f"{W}tcPr")
        merge = properties.find(f"{W}vMerge") if properties is not None else None
        span = properties.find(f"{W}gridSpan") if properties is not None else None
        width = span.get(VAL, "1") if span is not None else "1"
        return _Cell(
            text=self._flat(element),
            span=min(int(width), _MOST_SPAN) if width.isdigit() and int(width) else 1,
            goes_on=merge is not None and merge.get(VAL, "continue") == "continue",
        )


def _header_rows(table: etree._Element, rows: Sequence[etree._Element]) -> int:
    """As many as repeat on each page; else one, but none where the table is said to have no first row of its own."""
    repeated = 0
    while repeated < len(rows) and rows[repeated].find(f"{W}trPr/{W}tblHeader") is not None:
        repeated += 1
    look = table.find(f"{W}tblPr/{W}tblLook")
    if repeated or look is None or look.get(f"{W}firstRow") not in ("0", "false") or not rows:
        return max(repeated, 1)
    bold = [run.find(f"{W}rPr/{W}b") is not None for run in rows[0].iter(f"{W}r")]
    return int(bool(bold) and all(bold))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """Rows in order, through content controls; deleted ones left out."""
    for child in table.iterchildren("*"):
        if child.tag == f"{W}tr":
            if child.find(f"{W}trPr/{W}del") is None:
                yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins"):
            yield from _rows(child)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for child in row.iterchildren("*"):
        if child.tag == f"{W}tc":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            yield from _cells(child)


def _grid_before(row: etree._Element) -> int:
    before = row.find(f"{W}trPr/{W}gridBefore")
    value = before.get(VAL, "0") if before is not None else "0"
    return min(int(value), _MOST_SPAN) if value.isdigit() else 0


def _is_code(element: etree._Element, style: Style) -> bool:
    """A style for code, or signs of code in a typewriter font throughout."""
    if style.name.lower() in _CODE_STYLES:
        return True
    runs = [run for run in element.iter(f"{W}r") if any((t.text or "").strip() for t in run.iterfind(f"{W}t"))]
    fonts = [_font(run) or style.font for run in runs]
    return bool(runs) and all(map(_MONOSPACED.match, fonts)) and bool(_CODE_SIGNS.search(_code_text(element)))


def _font(run: etree._Element) -> str:
    fonts = run.find(f"{W}rPr/{W}rFonts")
    return fonts.get(f"{W}ascii", "") if fonts is not None else ""


def _code_text(element: etree._Element) -> str:
    """The paragraph with its white space."""
    signs = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t", f"{W}noBreakHyphen": "-"}
    parts = (part for part in element.iter(f"{W}t", *signs) if not _is_hidden_part(part))
    return "".join(signs.get(part.tag) or part.text or "" for part in parts).replace("\xa0", " ").rstrip()


def _is_hidden_part(part: etree._Element) -> bool:
    run = part.getparent()
    return run is not None and run.tag == f"{W}r" and is_hidden(run)


def _joined(blocks: Iterable[Piece | Item]) -> Iterator[Piece]:
    """Neighbouring list items become one list, neighbouring lines of code one block; a list's notes follow it."""
    items: list[Item] = []
    code: list[str] = []
    notes: list[Piece] = []
    for block in blocks:
        if isinstance(block, Item):
            yield from _fenced(code)
            items.append(block)
            continue
        if items and block.text.startswith(("[^", "Comment by ")):
            notes.append(block)
            continue
        yield from _list(items, notes)
        if block.kind == "code":
            code.append(block.text)
            continue
        yield from _fenced(code)
        yield block
    yield from _list(items, notes)
    yield from _fenced(code)


def _fenced(lines: list[str]) -> Iterator[Piece]:
    """The lines of code so far as one piece; they are taken."""
    if lines:
        text = "\n".join(lines)
        fence = "````" if "```" in text else "```"
        yield Piece("code", f"{fence}\n{text}\n{fence}")
        lines.clear()


def _list(items: list[Item], notes: list[Piece]) -> Iterator[Piece]:
    """The items so far as one list, and their footnotes; both are taken."""
    if items:
        yield Piece("list", list_text(items))
        yield from notes
        items.clear()
        notes.clear()


def _marker(label: str) -> str:
    """A number that Markdown knows is the marker itself; any other one stands after a dash."""
    number = _LIST_NUMBER.fullmatch(label)
    return f"{number[1]}{number[2] or '.'}" if number else f"- {label}".strip()
