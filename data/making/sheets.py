"""Workbooks as XLSX files: dates, money and percentages as numbers with a format, formulas with their values."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlsxwriter import Workbook

from data.making.stable_zip import EPOCH, stabilised


@dataclass(frozen=True, slots=True)
class Formula:
    """`value` is what the formula gives; it is stored beside it, as a spreadsheet program would."""

    text: str
    value: float


Cell = str | int | float | date | Formula | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """`banner` spans all columns of the first row; `formats` has one number format per column, "" for none."""

    name: str
    banner: str
    header: tuple[str, ...]
    formats: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def xlsx(title: str, sheets: tuple[Sheet, ...]) -> bytes:
    target = io.BytesIO()
    workbook = Workbook(target, {"in_memory": True})
    workbook.set_properties({"title": title, "author": "Lodvik Instruments AS", "created": EPOCH})
    bold = workbook.add_format({"bold": True, "bg_color": "#DDE6EC", "text_wrap": True, "align": "center"})
    for sheet in sheets:
        _add(workbook, sheet, bold)
    workbook.close()
    return stabilised(target.getvalue())


def _add(workbook: Workbook, sheet: Sheet, bold: Any) -> None:
    page = workbook.add_worksheet(sheet.name)
    page.set_column(0, len(sheet.header) - 1, 19)
    page.merge_range(0, 0, 0, len(sheet.header) - 1, sheet.banner, bold)
    page.write_row(1, 0, sheet.header, bold)
    formats = [workbook.add_format({"num_format": code} if code else {}) for code in sheet.formats]
    for r, row in enumerate(sheet.rows, start=2):
        for c, (cell, style) in enumerate(zip(row, formats, strict=True)):
            _write(page, (r, c), cell, style)


def _write(page: Any, place: tuple[int, int], cell: Cell, style: Any) -> None:
    match cell:
        case Formula(text, value):
            page.write_formula(*place, text, style, value)
        case date():
            page.write_datetime(*place, cell, style)
        case None:
            page.write_blank(*place, None, style)
        case _:
            page.write(*place, cell, style)
