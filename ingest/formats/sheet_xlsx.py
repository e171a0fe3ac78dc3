"""XLSX and XLSM to sheets as shown: read part by part as a stream, so that only cells with a value cost memory.

openpyxl either holds every styled blank cell in memory or, reading as a stream, knows of no merged cells; and it
refuses files with odd styles. Only cached values are read: no formula is ever computed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from ingest.errors import Malformed, OverLimit, UnknownFormat
from ingest.formats.charts import chart_caption, chart_pieces
from ingest.formats.number_formats import BUILTIN, shown
from ingest.formats.packages import Package
from ingest.formats.sheet_grid import MOST_CHARACTERS, Area, Sheet
from ingest.models import Piece

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_THREADED = "[Threaded comment]"


@dataclass(frozen=True, slots=True)
class _Book:
    """What all sheets of a workbook share: strings, the format code of each style, the date system, people."""

    package: Package
    name: str
    strings: Sequence[str]
    formats: Sequence[str]
    since_1904: bool


@dataclass(slots=True)
class _Found:
    """A sheet's part while it is read."""

    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    uncomputed: int = 0
    characters: int = 0


def xlsx_sheets(package: Package, *, name: str) -> Iterator[Sheet]:
    """The workbook's sheets in order, chart sheets too. Raises `Malformed`, `OverLimit`, `UnknownFormat` (XLSB)."""
    main = package.main_part()
    if main.endswith(".bin"):
        raise UnknownFormat(f"{name}: a binary workbook (XLSB)", remedy="Save it as XLSX.")
    root = package.tree(main)
    relations = package.relations(main)
    book = _Book(
        package=package,
        name=name,
        strings=_shared_strings(package, main),
        formats=_formats(package, main),
        since_1904=any(p.get("date1904") in ("1", "true") for p in root.iterfind("{*}workbookPr")),
    )
    for entry in root.iterfind("{*}sheets/{*}sheet"):
        relation = relations.get(entry.get(_RELATION_ID, ""))
        if relation is not None and relation.target in package.parts:
            hidden = entry.get("state", "visible") != "visible"
            yield _sheet(book, relation.target, title=entry.get("name", ""), hidden=hidden)


def parse_area(reference: str) -> Area | None:
    """`B2:D7` (or `B2`) as an area."""
    corners = [_corner(corner) for corner in reference.split(":")]
    if not 1 <= len(corners) <= 2 or None in corners:
        return None
    rows = [corner[0] for corner in corners if corner]
    columns = [corner[1] for corner in corners if corner]
    return Area(min(rows), min(columns), max(rows), max(columns))


def _corner(reference: str) -> tuple[int, int] | None:
    match = _REFERENCE.fullmatch(reference)
    if match is None or match[2] == "0":
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def _shared_strings(package: Package, main: str) -> list[str]:
    part = package.related(main, "sharedStrings")
    if part is None:
        return []
    strings = []
    with package.stream(part) as file:
        for _, item in etree.iterparse(file, tag="{*}si", resolve_entities=False):
            strings.append(_string(item))
            _forget(item)
    return strings


def _string(item: etree._Element) -> str:
    """The text of a rich string without its reading aids."""
    texts = [t.text or "" for t in item.iter("{*}t") if etree.QName(t.getparent()).localname != "rPh"]
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(texts)).strip()


def _forget(element: etree._Element) -> None:
    """Free what is read of a streamed part."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _formats(package: Package, main: str) -> list[str]:
    part = package.related(main, "styles")
    if part is None:
        return []
    root = package.tree(part)
    own = {f.get("numFmtId"): f.get("formatCode", "General") for f in root.iterfind("{*}numFmts/{*}numFmt")}
    codes = []
    for style in root.iterfind("{*}cellXfs/{*}xf"):
        number = style.get("numFmtId", "0")
        codes.append(own.get(number) or BUILTIN.get(int(number) if number.isdigit() else 0, "General"))
    return codes


def _sheet(book: _Book, part: str, *, title: str, hidden: bool) -> Sheet:
    found = _read_cells(book, part)
    notes = [f"the sheet {title!r} is hidden"] if hidden else []
    if found.uncomputed:
        notes.append(f"formulas without a stored value on the sheet {title!r}: {found.uncomputed}")
    return Sheet(
        name=title,
        cells=found.cells,
        merged=found.merged,
        tables=_declared_tables(book.package, part),
        remarks=[*_drawn(book.package, part, with_numbers=not found.cells), *_comments(book.package, part)],
        hidden=hidden,
        notes=notes,
    )


def _read_cells(book: _Book, part: str) -> _Found:
    found = _Found()
    row = -1
    with book.package.stream(part) as file:
        tags = ("{*}row", "{*}mergeCell")
        for _, element in etree.iterparse(file, tag=tags, resolve_entities=False):
            if etree.QName(element).localname == "mergeCell":
                if area := parse_area(element.get("ref", "")):
                    found.merged.append(area)
                continue
            number = element.get("r", "")
            row = int(number) - 1 if number.isdigit() else row + 1
            _read_row(book, element, row, found)
            _forget(element)
    return found


def _read_row(book: _Book, element: etree._Element, row: int, found: _Found) -> None:
    column = -1
    cells: dict[int, str] = {}
    for cell in element.iterchildren("{*}c"):
        corner = _corner(cell.get("r", ""))
        column = corner[1] if corner else column + 1
        if len(cell) and (text := _text(book, cell, found)):
            cells[column] = text
            found.characters += len(text) + 3
    if cells:
        found.cells[row] = cells
    if found.characters > MOST_CHARACTERS:
        raise OverLimit(f"{book.name}: more than {MOST_CHARACTERS:,} characters", remedy="Split the workbook.")


def _text(book: _Book, cell: etree._Element, found: _Found) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _string(cell)
    value = (cell.findtext("{*}v") or "").strip()
    if not value:
        found.uncomputed += kind != "str" and cell.find("{*}f") is not None
        return ""
    if kind == "s":
        return book.strings[int(value)] if value.isdigit() and int(value) < len(book.strings) else ""
    if kind == "b":
        return "TRUE" if value in ("1", "true") else "FALSE"
    return _number(book, cell, value) if kind == "n" else _ESCAPED.sub(lambda m: chr(int(m[1], 16)), value)


def _number(book: _Book, cell: etree._Element, value: str) -> str:
    style = cell.get("s", "0")
    code = book.formats[int(style)] if style.isdigit() and int(style) < len(book.formats) else "General"
    try:
        return shown(float(value), code, since_1904=book.since_1904)
    except ValueError as exc:
        raise Malformed(f"{book.name}: {value!r} is no number", remedy="Save the workbook again.") from exc


def _declared_tables(package: Package, part: str) -> list[Area]:
    areas = []
    for relation in package.relations(part).values():
        if relation.kind == "table" and relation.target in package.parts:
            root = package.tree(relation.target)
            area = parse_area(root.get("ref", ""))
            if area and root.get("headerRowCount", "1") != "0":
                areas.append(area)
    return areas


def _drawn(package: Package, part: str, *, with_numbers: bool) -> Iterator[Piece]:
    """Text boxes and charts. Beside cells a chart's numbers stand there already, on a sheet of its own they don't."""
    drawing = package.related(part, "drawing")
    if drawing is None:
        return
    relations = package.relations(drawing)
    for element in package.tree(drawing).iter("{*}txBody", "{*}chart"):
        relation = relations.get(element.get(_RELATION_ID, ""))
        if etree.QName(element).localname == "txBody":
            lines = ("".join(t.text or "" for t in p.iter("{*}t")) for p in element.iterfind("{*}p"))
            yield Piece("paragraph", "\n".join(line for line in lines if line.strip()))
        elif relation is not None and relation.target in package.parts:
            chart = package.tree(relation.target)
            yield from chart_pieces(chart) if with_numbers else [Piece("paragraph", chart_caption(chart))]


def _comments(package: Package, part: str) -> Iterator[Piece]:
    """Threaded comments, and notes of the old kind but those that only stand for a thread."""
    for relation in package.relations(part).values():
        if relation.target not in package.parts:
            continue
        if relation.kind == "comments":
            yield from _old_comments(package.tree(relation.target))
        elif relation.kind == "threadedComment":
            people = _people(package)
            for comment in package.tree(relation.target).iterfind("{*}threadedComment"):
                who = people.get(comment.get("personId", ""), "")
                yield _comment(comment.get("ref", ""), who, comment.findtext("{*}text") or "")


def _old_comments(root: etree._Element) -> Iterator[Piece]:
    authors = [author.text or "" for author in root.iterfind("{*}authors/{*}author")]
    for comment in root.iterfind("{*}commentList/{*}comment"):
        number = comment.get("authorId", "")
        author = authors[int(number)] if number.isdigit() and int(number) < len(authors) else ""
        text = _string(comment)
        if not text.startswith(_THREADED):
            yield _comment(comment.get("ref", ""), author, text.removeprefix(f"{author}:"))


def _people(package: Package) -> Mapping[str, str]:
    parts = sorted(part for part in package.parts if re.fullmatch(r"xl/persons/person\d*\.xml", part))
    people = (person for part in parts for person in package.tree(part).iterfind("{*}person"))
    return {person.get("id", ""): person.get("displayName", "") for person in people}


def _comment(cell: str, author: str, text: str) -> Piece:
    return Piece("paragraph", f"Comment on {cell}{f' by {author}' if author else ''}: {' '.join(text.split())}")
