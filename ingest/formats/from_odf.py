"""OpenDocument: ODT, ODS and ODP.

unstructured reads no ODS and ODP, and ODT through pandoc without the title and with nested tables lost.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from ingest.blocks import assemble
from ingest.errors import Encrypted, Malformed, OverLimit
from ingest.formats.odf_text import DRAW, OFFICE, STYLE, TABLE, OdfReader, table_rows
from ingest.formats.packages import Package, metadata, open_package
from ingest.formats.sheet_grid import MOST_CHARACTERS, Area, Sheet, sheet_pieces
from ingest.formats.titles import choose_title
from ingest.models import Document, Piece

_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_PRESENTATION = f"{{{_URN}presentation:1.0}}"
_SVG = f"{{{_URN}svg-compatible:1.0}}"
_FURNITURE = {"footer", "header", "date-time", "page-number"}
_LENGTH = re.compile(r"(-?[\d.]+)(cm|mm|in|pt)")
_MILLIMETRES = {"cm": 10.0, "mm": 1.0, "in": 25.4, "pt": 0.353}
_MOST_ROWS = 1_048_576


def convert(path: Path, name: str) -> Document:
    """The document in `path`; slides are pages. Raises `Malformed`, `Encrypted`, `OverLimit`."""
    with open_package(path, name) as package:
        _refuse_encrypted(package, name)
        roots = [package.tree(part) for part in ("content.xml", "styles.xml") if part in package.parts]
        properties = _properties(package)
    body = next((child for root in roots[:1] for child in root.iterfind(f"{OFFICE}body/*")), None)
    if body is None:
        raise Malformed(f"{name}: no content in the document", remedy="Open it in its program and save it again.")
    reader = OdfReader(roots)
    pieces: list[Piece] = []
    notes: list[str] = []
    page_count = 0
    if body.tag == f"{OFFICE}spreadsheet":
        for sheet in _sheets(body, roots, reader, name=name):
            pieces += sheet_pieces(sheet, name=name)
            notes += sheet.notes
    elif body.tag == f"{OFFICE}presentation":
        slides = list(body.iterchildren(f"{DRAW}page"))
        page_count = len(slides)
        pieces = [piece for number, slide in enumerate(slides, 1) for piece in _slide(slide, number, reader)]
    else:
        pieces = list(reader.pieces(body))
    headings = [] if body.tag == f"{OFFICE}spreadsheet" else pieces
    title = choose_title(name, declared=properties.get("title", ""), pieces=headings)
    return assemble(pieces, title=title, page_count=page_count, metadata=metadata(properties), notes=notes)


def _refuse_encrypted(package: Package, name: str) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest in package.parts and b"encryption-data" in package.read(manifest):
        raise Encrypted(f"{name}: encrypted with a password", remedy="Save it without a password.")


def _properties(package: Package) -> Mapping[str, str]:
    if "meta.xml" not in package.parts:
        return {}
    elements = package.tree("meta.xml").iter(f"{_DUBLIN_CORE}*")
    return {etree.QName(element).localname: (element.text or "").strip() for element in elements}


def _sheets(body: etree._Element, roots: list[etree._Element], reader: OdfReader, *, name: str) -> Iterator[Sheet]:
    properties = (p for root in roots for p in root.iter(f"{STYLE}table-properties"))
    hidden = {p.getparent().get(f"{STYLE}name", "") for p in properties if p.get(f"{TABLE}display") == "false"}
    for table in body.iterchildren(f"{TABLE}table"):
        title = table.get(f"{TABLE}name", "")
        is_hidden = table.get(f"{TABLE}style-name", "") in hidden
        cells, merged = _cells(table, reader, name=name)
        notes = [f"the sheet {title!r} is hidden"] if is_hidden else []
        yield Sheet(name=title, cells=cells, merged=merged, hidden=is_hidden, notes=notes)


def _cells(table: etree._Element, reader: OdfReader, *, name: str) -> tuple[dict[int, dict[int, str]], list[Area]]:
    """Filled cells and merged areas. Blank cells and rows are repeated by the million and cost nothing."""
    rows: dict[int, dict[int, str]] = {}
    merged: list[Area] = []
    characters = top = 0
    for row, repeated in table_rows(table):
        cells = dict(_row(row, reader, top=top, merged=merged))
        if cells:
            characters += repeated * sum(len(text) + 3 for text in cells.values())
            if characters > MOST_CHARACTERS:
                raise OverLimit(f"{name}: more than {MOST_CHARACTERS:,} characters", remedy="Split the sheet.")
            rows |= {top + offset: cells for offset in range(min(repeated, _MOST_ROWS))}
        top += repeated
    return rows, merged


def _row(row: etree._Element, reader: OdfReader, *, top: int, merged: list[Area]) -> Iterator[tuple[int, str]]:
    column = 0
    for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
        repeated = _count(cell, "number-columns-repeated")
        text = reader.flat(cell) if cell.tag == f"{TABLE}table-cell" and len(cell) else ""
        height, width = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
        if text:
            yield from ((column + offset, text) for offset in range(min(repeated, _MOST_ROWS)))
            if height > 1 or width > 1:
                merged.append(Area(top, column, top + height - 1, column + width - 1))
        column += repeated


def _count(element: etree._Element, key: str) -> int:
    text = element.get(f"{TABLE}{key}", "1")
    return max(1, int(text)) if text.isdigit() else 1


def _slide(slide: etree._Element, number: int, reader: OdfReader) -> Iterator[Piece]:
    """The title as heading, the rest from top to bottom, the notes."""
    shapes = [shape for shape in slide.iterchildren("*") if shape.get(f"{_PRESENTATION}class") not in _FURNITURE]
    titles = [shape for shape in shapes if shape.get(f"{_PRESENTATION}class") == "title"]
    words = " ".join(" ".join(reader.flat(title) for title in titles).split())
    body: list[Piece] = []
    for shape in sorted(shapes, key=_place):
        if shape.tag == f"{_PRESENTATION}notes":
            continue
        if shape not in titles:
            body += reader.pieces(shape, page=number)
    for note in slide.iterchildren(f"{_PRESENTATION}notes"):
        frames = (f for f in note.iterchildren(f"{DRAW}frame") if f.get(f"{_PRESENTATION}class") == "notes")
        if text := "\n".join(filter(None, map(reader.flat, frames))).strip():
            body.append(Piece("paragraph", f"Notes: {text}", page=number))
    if words or body:
        yield Piece("heading", f"## {words or f'Slide {number}'}", level=2, page=number)
    yield from body


def _place(shape: etree._Element) -> tuple[float, float]:
    return _millimetres(shape.get(f"{_SVG}y")), _millimetres(shape.get(f"{_SVG}x"))


def _millimetres(length: str | None) -> float:
    match = _LENGTH.fullmatch(length or "")
    return float(match[1]) * _MILLIMETRES[match[2]] if match and match[1].count(".") < 2 else 0.0
