"""CSV, TSV, XLSX and XLS to tables, with exact Markdown."""

import datetime
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from ingest.errors import Encrypted, Malformed, OverLimit
from ingest.formats import from_sheets, sheet_grid
from ingest.models import Document


def csv(folder: Path, data: str | bytes, name: str = "rates.csv") -> Document:
    path = folder / "copy"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return from_sheets.convert(path, name)


def fill(sheet: Worksheet, top_left: str, rows: Sequence[Sequence[object]]) -> None:
    corner = sheet[top_left]
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is not None:
                sheet.cell(corner.row + down, corner.column + right, value)


def convert(folder: Path, book: Workbook, name: str = "book.xlsx") -> Document:
    path = folder / "copy"
    book.save(path)
    return from_sheets.convert(path, name)


def one_sheet() -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Rates"
    return book, sheet


def lines(*texts: str) -> str:
    return "\n".join(texts)


class TestDelimited:
    def test_a_comma_file_is_one_table_with_its_first_row_as_header(self, tmp_path: Path) -> None:
        document = csv(tmp_path, 'Country,Days\nFrance,25\n"Korea, South",15\n')

        assert document.text == lines("| Country | Days |", "| --- | --- |", "| France | 25 |", "| Korea, South | 15 |")
        assert [block.kind for block in document.blocks] == ["table"]
        assert document.title == "Rates"

    def test_semicolons_with_decimal_commas_stay_as_they_are_shown(self, tmp_path: Path) -> None:
        document = csv(tmp_path, "Stadt;Miete\nKöln;1.234,50\nBonn;987,00\n")

        assert document.text == lines("| Stadt | Miete |", "| --- | --- |", "| Köln | 1.234,50 |", "| Bonn | 987,00 |")

    @pytest.mark.parametrize("delimiter", ["\t", "|", ";", ","])
    def test_the_delimiter_is_found(self, tmp_path: Path, delimiter: str) -> None:
        rows = [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]]
        document = csv(tmp_path, "\n".join(delimiter.join(row) for row in rows))

        assert document.text == lines("| a | b | c |", "| --- | --- | --- |", "| 1 | 2 | 3 |", "| 4 | 5 | 6 |")

    def test_excels_own_line_names_the_delimiter_and_is_dropped(self, tmp_path: Path) -> None:
        document = csv(tmp_path, "sep=;\na;b\n1,5;2\n")

        assert document.text == lines("| a | b |", "| --- | --- |", "| 1,5 | 2 |")

    def test_commas_in_sentences_are_no_delimiter(self, tmp_path: Path) -> None:
        document = csv(tmp_path, "Remark;Who\nwell, yes, no;A\nperhaps;B\nnot, now;C\n")

        assert document.text.splitlines()[2] == "| well, yes, no | A |"

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8", "cp1252", "utf-16-le"])
    def test_the_encoding_is_found(self, tmp_path: Path, encoding: str) -> None:
        text = "Straße,Größe\nMüllerstraße,groß\nÄußere Königstraße,größer\nHöhenweg,für fünf\n"
        document = csv(tmp_path, text.encode(encoding))

        assert document.text.splitlines()[0] == "| Straße | Größe |"
        assert document.text.splitlines()[3] == "| Äußere Königstraße | größer |"

    def test_ragged_rows_are_padded_to_the_widest(self, tmp_path: Path) -> None:
        document = csv(tmp_path, "a,b,c\n1,2\n1,2,3,4\n")

        assert document.text == lines(
            "| a | b | c |  |", "| --- | --- | --- | --- |", "| 1 | 2 |  |  |", "| 1 | 2 | 3 | 4 |"
        )

    def test_a_line_break_inside_quotes_is_no_row(self, tmp_path: Path) -> None:
        document = csv(tmp_path, 'a,b\n"one\ntwo",2\nthree,4\n')

        assert document.text == lines("| a | b |", "| --- | --- |", "| one two | 2 |", "| three | 4 |")

    def test_a_pipe_in_a_field_is_escaped(self, tmp_path: Path) -> None:
        assert csv(tmp_path, "a,b\nx|y,2\nz,3\n").text.splitlines()[2] == r"| x\|y | 2 |"

    def test_a_quote_that_is_never_closed_swallows_nothing(self, tmp_path: Path) -> None:
        """The limit of the reader is 131,072 characters a field: the rest of this file is longer."""
        document = csv(tmp_path, 'a,b\n"5 inches,1\n' + "x,2\n" * 50_000)

        assert len(document.text.splitlines()) == 50_003
        assert document.text.splitlines()[2] == '| "5 inches | 1 |'
        assert document.notes == ("a quotation mark is never closed: quotation marks are kept as they are",)

    def test_a_reports_title_above_the_header_is_a_caption(self, tmp_path: Path) -> None:
        document = csv(tmp_path, "Sales 2024,,\n\nRegion,Units,Sum\nNorth,1,2\nSouth,3,4\n")

        assert [block.kind for block in document.blocks] == ["caption", "table"]
        assert document.text.startswith("Sales 2024\n\n| Region | Units | Sum |")

    def test_rows_of_many_batches_are_all_there_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(from_sheets, "_BATCH_ROWS", 3)
        document = csv(tmp_path, "n,m\n" + "".join(f"{n},{n}\n" for n in range(8)))

        expected = lines("| n | m |", "| --- | --- |", *(f"| {n} | {n} |" for n in range(8)))
        assert document.text == expected

    def test_only_blank_fields_are_no_text(self, tmp_path: Path) -> None:
        assert csv(tmp_path, ",,\n,,\n").text == ""


class TestValues:
    def test_values_are_as_shown(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        fill(sheet, "A1", [["What", "Value"], ["date", datetime.date(2024, 1, 15)], ["share", 0.256], ["sum", 1234.5]])
        fill(sheet, "A5", [["count", 1234567], ["yes", True], ["text", "007"]])
        sheet["B2"].number_format = "dd.mm.yyyy"
        sheet["B3"].number_format = "0.0%"
        sheet["B4"].number_format = '#,##0.00 "€"'
        sheet["B5"].number_format = "#,##0"

        assert convert(tmp_path, book).text == lines(
            "## Rates",
            "",
            "| What | Value |",
            "| --- | --- |",
            "| date | 15.01.2024 |",
            "| share | 25.6% |",
            "| sum | 1,234.50 € |",
            "| count | 1,234,567 |",
            "| yes | TRUE |",
            "| text | 007 |",
        )

    def test_a_formula_shows_its_stored_value_and_without_one_is_noted(self, tmp_path: Path) -> None:
        """openpyxl stores formulas without values; one value is put in as Excel would store it."""
        book, sheet = one_sheet()
        fill(sheet, "A1", [["a", "b"], ["x", "=1+1"], ["y", "=2+2"]])
        path = tmp_path / "copy"
        book.save(tmp_path / "plain.xlsx")
        with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(path, "w") as new:
            for part in old.namelist():
                data = old.read(part).replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
                new.writestr(part, data)
        document = from_sheets.convert(path, "book.xlsx")

        assert document.text.splitlines()[4:] == ["| x | 2 |", "| y |  |"]
        assert document.notes == ("formulas without a stored value on the sheet 'Rates': 1",)


class TestTables:
    def test_merged_cells_are_repeated_and_a_merged_header_is_joined(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        fill(sheet, "A1", [["Country", "Days", None], [None, "2023", "2024"], ["France", 25, 26], ["Spain", 22, 23]])
        fill(sheet, "A5", [["both", "same"]])
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("B5:C5")

        assert convert(tmp_path, book).text.split("\n\n")[1] == lines(
            "| Country | Days / 2023 | Days / 2024 |",
            "| --- | --- | --- |",
            "| France | 25 | 26 |",
            "| Spain | 22 | 23 |",
            "| both | same | same |",
        )

    def test_tables_apart_by_a_blank_row_are_two(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        fill(sheet, "A1", [["a", "b"], ["x", 1], [None, None], ["c", "d"], ["y", 2]])

        tables = convert(tmp_path, book).text.split("\n\n")[1:]
        assert tables == ["| a | b |\n| --- | --- |\n| x | 1 |", "| c | d |\n| --- | --- |\n| y | 2 |"]

    def test_a_blank_row_inside_a_table_does_not_cut_it(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        fill(sheet, "A1", [["Item", "2023"], ["Rent", 10], [None, None], ["Power", 20]])

        assert convert(tmp_path, book).text.split("\n\n")[1:] == [
            "| Item | 2023 |\n| --- | --- |\n| Rent | 10 |\n| Power | 20 |"
        ]

    def test_tables_side_by_side_are_two(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        fill(sheet, "A1", [["Name", "Age"], ["Ann", 30], ["Bob", 40]])
        fill(sheet, "D1", [["City", "Size"], ["Bonn", 3], ["Kiel", 2]])

        assert len([b for b in convert(tmp_path, book).blocks if b.kind == "table"]) == 2

    def test_a_blank_column_that_only_spaces_keeps_labels_and_numbers_together(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        fill(
            sheet,
            "A1",
            [["Item", "Unit", None, 2023, 2024], ["Rent", "EUR", None, 10, 11], ["Power", "EUR", None, 20, 21]],
        )

        assert convert(tmp_path, book).text.split("\n\n")[1].splitlines()[2] == "| Rent | EUR | 10 | 11 |"

    def test_a_title_and_a_note_around_a_table_are_no_rows(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        fill(sheet, "A1", [["Leave by country"], ["Country", "Days"], ["France", 25], ["Spain", 22], ["Source: HR"]])
        sheet.merge_cells("A1:B1")
        document = convert(tmp_path, book)

        assert [block.kind for block in document.blocks] == ["heading", "caption", "table", "paragraph"]
        assert document.text.split("\n\n")[1] == "Leave by country"
        assert document.text.endswith("| Spain | 22 |\n\nSource: HR")

    def test_a_declared_table_is_taken_as_declared(self, tmp_path: Path) -> None:
        """What touches it does not become part of it."""
        book, sheet = one_sheet()
        fill(sheet, "A1", [["Key", "Value"], ["a", 1], ["b", 2], ["outside", 3]])
        sheet.add_table(Table(displayName="T", ref="A1:B3"))

        texts = convert(tmp_path, book).text.split("\n\n")
        assert texts[1] == "| Key | Value |\n| --- | --- |\n| a | 1 |\n| b | 2 |"

    def test_a_lone_cell_is_a_paragraph(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        sheet["C3"] = "See the other sheet"
        document = convert(tmp_path, book)

        assert [block.kind for block in document.blocks] == ["heading", "paragraph"]


class TestSheets:
    def test_each_sheet_is_a_section_empty_ones_are_skipped_hidden_ones_marked(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        sheet["A1"] = "one"
        book.create_sheet("Empty")
        secret = book.create_sheet("Old")
        secret["A1"] = "two"
        secret.sheet_state = "hidden"
        document = convert(tmp_path, book)

        assert document.text == "## Rates\n\none\n\n## Old (hidden sheet)\n\ntwo"
        assert document.notes == ("the sheet 'Old' is hidden",)
        assert document.pages == ()

    def test_comments_and_charts_are_told(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        fill(sheet, "A1", [["Year", "Sum"], [2023, 5], [2024, 6]])
        sheet["B3"].comment = Comment("estimated", "Ann")
        chart = BarChart()
        chart.title = "Sums"
        chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
        sheet.add_chart(chart, "E5")

        text = convert(tmp_path, book).text
        assert "Comment on B3 by Ann: estimated" in text
        assert "Chart: Sums" in text

    def test_title_author_and_date_come_from_the_properties(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        sheet["A1"] = "one"
        book.properties.title = "Leave table"
        book.properties.creator = "Ann Lee"
        document = convert(tmp_path, book)

        assert document.title == "Leave table"
        assert document.metadata["author"] == "Ann Lee"

    def test_a_name_is_made_a_title_where_the_file_has_none(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        sheet["A1"] = "one"

        assert convert(tmp_path, book, "leave_table.xlsx").title == "Leave table"


class TestRefusals:
    def test_a_broken_archive_is_malformed(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        sheet["A1"] = "one"
        path = tmp_path / "copy"
        book.save(path)
        path.write_bytes(path.read_bytes()[:200])

        with pytest.raises(Malformed, match=r"book\.xlsx"):
            from_sheets.convert(path, "book.xlsx")

    def test_a_broken_old_workbook_is_malformed(self, tmp_path: Path) -> None:
        path = tmp_path / "copy"
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))

        with pytest.raises(Malformed, match=r"old\.xls"):
            from_sheets.convert(path, "old.xls")

    def test_an_encrypted_workbook_is_named_as_such(self, tmp_path: Path) -> None:
        path = tmp_path / "copy"
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(2000))

        with pytest.raises(Encrypted):
            from_sheets.convert(path, "book.xlsx")

    def test_styled_blank_cells_and_a_huge_dimension_cost_nothing(self, tmp_path: Path) -> None:
        """The sheet says that it reaches to XFD1048576; two cells have a value, the last row one styled blank cell."""
        book, sheet = one_sheet()
        fill(sheet, "A1", [["a", "b"]])
        book.save(tmp_path / "plain.xlsx")
        path = tmp_path / "copy"
        with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(path, "w") as new:
            for part in old.namelist():
                data = old.read(part).replace(b'ref="A1:B1"', b'ref="A1:XFD1048576"')
                blank = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
                new.writestr(part, data.replace(b"</sheetData>", blank))
        document = from_sheets.convert(path, "book.xlsx")

        assert document.text == "## Rates\n\n| a | b |\n| --- | --- |"

    def test_two_cells_at_opposite_corners_are_two_paragraphs(self, tmp_path: Path) -> None:
        book, sheet = one_sheet()
        sheet["A1"] = "first"
        sheet["XFD1048576"] = "last"

        assert convert(tmp_path, book).text == "## Rates\n\nfirst\n\nlast"

    def test_a_table_of_nearly_only_blank_cells_is_over_the_limit(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A header over 300 columns and 300 labels: 90,000 cells, of which 600 have text."""
        monkeypatch.setattr(sheet_grid, "MOST_CHARACTERS", 10_000)
        book, sheet = one_sheet()
        fill(sheet, "A1", [[f"c{n}" for n in range(300)]])
        fill(sheet, "A2", [[f"r{n}"] for n in range(300)])

        with pytest.raises(OverLimit, match="sparse"):
            convert(tmp_path, book)


OLD = Path(__file__).parents[4] / "shared/benchmarks/docling-tests/xls/sources/legacy_sample.xls"


@pytest.mark.skipif(not OLD.exists(), reason="no XLS can be written here: needs the shared benchmark files")
def test_an_old_workbook_is_read_like_a_new_one() -> None:
    document = from_sheets.convert(OLD, OLD.name)

    assert document.text.splitlines()[2:7] == [
        "Number of freshwater ducks per year",
        "",
        "| Year | Freshwater Ducks |",
        "| --- | --- |",
        "| 2019 | 120 |",
    ]
