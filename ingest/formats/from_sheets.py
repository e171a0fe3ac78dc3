"""CSV, TSV, XLSX, XLSM and XLS: every sheet with its tables, values as shown.

Own reading of XLSX (see sheet_xlsx), because unstructured and markitdown go through pandas: merged cells are not
repeated, dates and percentages are not as shown, two tables on one sheet become one.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path, PurePath

from ingest.blocks import assemble
from ingest.errors import OverLimit
from ingest.formats import delimited
from ingest.formats.packages import metadata, open_package, refuse_encrypted
from ingest.formats.sheet_grid import MOST_CHARACTERS, Sheet, sheet_pieces
from ingest.formats.sheet_xls import xls_sheets
from ingest.formats.sheet_xlsx import xlsx_sheets
from ingest.formats.tables import pipe_table
from ingest.formats.titles import choose_title
from ingest.models import Document, Piece

_BATCH_ROWS = 10_000


def convert(path: Path, name: str) -> Document:
    """The workbook or table in `path`; its kind is seen by its first bytes. No pages.

    Raises `Malformed`, `Encrypted`, `OverLimit`, `UnknownFormat`.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PK\x03\x04":
        with open_package(path, name) as package:
            return _workbook(xlsx_sheets(package, name=name), name, properties=package.properties)
    if magic == b"\xd0\xcf\x11\xe0":
        refuse_encrypted(path, name)
        return _workbook(xls_sheets(path, name=name), name, properties={})
    return _delimited(path, name)


def _workbook(sheets: Iterator[Sheet], name: str, *, properties: Mapping[str, str]) -> Document:
    pieces: list[Piece] = []
    notes: list[str] = []
    for sheet in sheets:
        pieces += sheet_pieces(sheet, name=name)
        notes += sheet.notes
    title = choose_title(name, declared=properties.get("title", ""))
    return assemble(pieces, title=title, metadata=metadata(properties), notes=notes)


def _delimited(path: Path, name: str) -> Document:
    found = delimited.look(path, tabs=PurePath(name).suffix.lower() in (".tsv", ".tab"))
    width = max((_width(row) for row in found.rows()), default=0)
    above = _rows_above(found, width)
    pieces = [Piece("caption", " ".join(" ".join(row).split())) for row in above]
    pieces.append(Piece("table", _table(found, name, width=width, skip=len(above))))
    notes = [] if found.quoted else ["a quotation mark is never closed: quotation marks are kept as they are"]
    return assemble(pieces, title=choose_title(name), notes=notes)


def _width(row: Sequence[str]) -> int:
    """How many fields, blank ones at the end left out."""
    return next((place for place in range(len(row), 0, -1) if row[place - 1].strip()), 0)


def _rows_above(found: delimited.Delimited, width: int) -> list[list[str]]:
    """The rows before the header that hold one field alone: a report's title and date."""
    above: list[list[str]] = []
    for row in islice(_filled(found), 10):
        if _width(row) > 1 or width < 3:
            return above
        above.append(row)
    return []


def _filled(found: delimited.Delimited) -> Iterator[list[str]]:
    return (row for row in found.rows() if any(field.strip() for field in row))


def _table(found: delimited.Delimited, name: str, *, width: int, skip: int) -> str:
    """The whole table, made some thousand rows at a time: cells are held once, as text."""
    rows = islice(_filled(found), skip, None)
    header = next(rows, [])
    parts: list[str] = []
    characters = 0
    while batch := list(islice(rows, _BATCH_ROWS)):
        part = pipe_table([_padded(header, width), *(row[:width] for row in batch)])
        parts.append(part if not parts else part.split("\n", 2)[2])
        characters += len(parts[-1])
        if characters > MOST_CHARACTERS:
            raise OverLimit(f"{name}: more than {MOST_CHARACTERS:,} characters", remedy="Split the file.")
    return "\n".join(parts) or pipe_table([_padded(header, width)])


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*row[:width], *[""] * (width - len(row))]
