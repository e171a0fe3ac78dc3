"""XLS (BIFF) to sheets as shown, through xlrd."""

import struct
from collections.abc import Iterator
from pathlib import Path

import xlrd  # type: ignore[import-untyped]  # it ships no types

from ingest.errors import Encrypted, Malformed
from ingest.formats.number_formats import shown
from ingest.formats.sheet_grid import Area, Sheet

_ERRORS = (xlrd.XLRDError, xlrd.compdoc.CompDocError, struct.error, IndexError, KeyError, AssertionError, ValueError)


def xls_sheets(path: Path, *, name: str) -> Iterator[Sheet]:
    """The workbook's sheets in order. Raises `Encrypted`, `Malformed`."""
    try:
        with path.open("rb") as file, open("/dev/null", "w") as quiet:
            book = xlrd.open_workbook(file_contents=file.read(), formatting_info=True, logfile=quiet)
            sheets = [_sheet(book, sheet) for sheet in book.sheets()]
    except _ERRORS as exc:
        if "encrypt" in str(exc).lower() or "password" in str(exc).lower():
            raise Encrypted(f"{name}: encrypted with a password", remedy="Save it without a password.") from exc
        raise Malformed(f"{name}: no readable XLS ({exc})", remedy="Save it as XLSX.") from exc
    yield from sheets


def _sheet(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Sheet:
    cells: dict[int, dict[int, str]] = {}
    for row in range(sheet.nrows):
        texts = {column: _text(book, cell) for column, cell in enumerate(sheet.row(row))}
        if filled := {column: text for column, text in texts.items() if text}:
            cells[row] = filled
    hidden = bool(sheet.visibility)
    merged = [Area(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
    notes = [f"the sheet {sheet.name!r} is hidden"] if hidden else []
    return Sheet(name=sheet.name, cells=cells, merged=merged, hidden=hidden, notes=notes)


def _text(book: xlrd.Book, cell: xlrd.sheet.Cell) -> str:
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#ERROR!"))
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        style = book.format_map[book.xf_list[cell.xf_index].format_key]
        code = "yyyy-mm-dd" if style.format_key == 14 else style.format_str
        return shown(cell.value, code, since_1904=bool(book.datemode))
    return str(cell.value).strip()
