"""Tables in PDFs: drawn with lines, set by white space, and what only looks like one."""

from pathlib import Path

import pytest

from ingest.formats.from_pdf import convert
from ingest.formats.pdf_cells import is_value
from retrieval.boxes import unpacked
from tests.ingest.formats.made_pdf import LOREM, Paper

Rows = list[list[str]]


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    return Paper(tmp_path / "made.pdf")


def tables(paper: Paper) -> list[Rows]:
    document = convert(paper.done(), "made.pdf")
    texts = [document.text[block.start : block.end] for block in document.blocks if block.kind == "table"]
    return [[_cells(line) for number, line in enumerate(text.split("\n")) if number != 1] for text in texts]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def fill(paper: Paper, xs: list[float], y: float, rows: Rows, *, step: float = 20) -> None:
    for number, row in enumerate(rows):
        for x, text in zip(xs, row, strict=True):
            paper.text(x + 4, y + 14 + number * step, text)


PRICES = [["Item", "Price", "Stock"], ["Chair", "120", "14"], ["Table", "340", "3"]]


def test_a_ruled_table_keeps_rows_columns_and_empty_cells(paper: Paper) -> None:
    rows = [*PRICES, ["Lamp", "", "9"]]
    paper.grid([72, 200, 280, 360], [100, 120, 140, 160, 180])
    fill(paper, [72, 200, 280], 100, rows)
    paper.paragraph(72, 220, LOREM)

    assert tables(paper) == [rows]


def test_the_lines_of_a_cell_are_one_cell(paper: Paper) -> None:
    paper.grid([72, 200, 400], [100, 120, 160])
    fill(paper, [72, 200], 100, [["Term", "Meaning"]])
    paper.text(76, 134, "Notice").lines(204, 134, ["Three months to the end", "of a quarter."])

    assert tables(paper) == [[["Term", "Meaning"], ["Notice", "Three months to the end of a quarter."]]]


def test_a_cell_over_two_columns_or_rows_stands_in_each(paper: Paper) -> None:
    """Where a wall is missing two cells are one, and its text is said for both."""
    paper.rule(72, 100, 372, 100).rule(172, 120, 372, 120).rule(72, 140, 372, 140).rule(72, 160, 372, 160)
    paper.rule(72, 100, 72, 160).rule(172, 100, 172, 160).rule(272, 120, 272, 160).rule(372, 100, 372, 160)
    paper.text(76, 124, "Country").text(220, 114, "Days").text(180, 134, "2024").text(280, 134, "2025")
    fill(paper, [72, 172, 272], 140, [["Norway", "25", "26"]])

    assert tables(paper) == [
        [["Country", "Days", "Days"], ["Country", "2024", "2025"], ["Norway", "25", "26"]],
    ]


def test_records_unparted_between_two_rules_are_rows_of_their_own(paper: Paper) -> None:
    """Column lines only, and a rule under the head: each value begins a row."""
    paper.grid([72, 200, 300], [100, 120, 184])
    fill(paper, [72, 200], 100, [["Town", "People"], ["Bergen", "285"], ["Porto", "231"], ["Graz", "292"]])

    assert tables(paper) == [[["Town", "People"], ["Bergen", "285"], ["Porto", "231"], ["Graz", "292"]]]


def test_a_frame_around_text_is_no_table(paper: Paper) -> None:
    paper.grid([60, 540], [90, 160])
    paper.paragraph(72, 110, LOREM, wide=90)

    assert tables(paper) == []


def test_a_table_without_lines_is_found_by_its_columns(paper: Paper) -> None:
    rows = [
        ["", "2024", "2025"],
        ["Revenue", "1,204", "1,377"],
        ["Cost of sales", "(840)", "(902)"],
        ["Tax", "—", "12"],
    ]
    paper.paragraph(72, 60, LOREM)
    fill(paper, [72, 300, 400], 120, rows, step=14)
    paper.paragraph(72, 220, LOREM)

    assert tables(paper) == [rows]


def test_a_currency_sign_far_from_its_number_stays_with_it(paper: Paper) -> None:
    """Filings set the sign at the cell's left edge and the number at its right."""
    for number, (label, value) in enumerate([("Net sales", "14,694"), ("Cost", "9,120"), ("Profit", "5,574")]):
        y = 100 + 14 * number
        paper.text(72, y, label).text(300, y, "$").text(340, y, value).text(400, y, "$").text(440, y, value)

    assert tables(paper)[0][1] == ["Cost", "$ 9,120", "$ 9,120"]


def test_a_label_over_two_lines_is_one_row_with_its_values(paper: Paper) -> None:
    fill(paper, [72, 300, 400], 100, [["Revenue", "10", "11"]], step=12)
    paper.text(76, 126, "Amortization of losses included in the")
    fill(paper, [72, 300, 400], 124, [["periodic cost", "7", "8"], ["Total", "17", "19"]], step=12)

    assert tables(paper)[0] == [
        ["Revenue", "10", "11"],
        ["Amortization of losses included in the periodic cost", "7", "8"],
        ["Total", "17", "19"],
    ]


def test_a_common_head_over_several_columns_is_said_for_each(paper: Paper) -> None:
    paper.text(300, 100, "Year ended December 31")
    fill(paper, [72, 280, 380], 102, [["", "2024", "2025"], ["Sales", "10", "11"], ["Costs", "8", "9"]], step=14)

    assert tables(paper)[0][:2] == [["", "Year ended December 31", "Year ended December 31"], ["", "2024", "2025"]]


def test_shaded_rows_part_records_with_wrapped_text(paper: Paper) -> None:
    """Every second row shaded and no lines: the edges of the shading say where a record ends."""
    texts = [
        ["Verify that the first thing is checked", "and logged at once."],
        ["Verify that the second one", "is refused."],
    ]
    for number, lines in enumerate([*texts, *texts]):
        y = 100 + 32 * number
        if number % 2 == 0:
            paper.canvas.setFillGray(0.9)
            paper.canvas.rect(68, paper.height - y - 32, 460, 32, stroke=0, fill=1)
            paper.canvas.setFillGray(0)
        paper.text(72, y + 12, f"1.{number}").lines(120, y + 12, lines)
        paper.text(500, y + 12, "2")

    found = tables(paper)[0]

    assert [row[0] for row in found] == ["1.0", "1.1", "1.2", "1.3"]
    assert found[1] == ["1.1", "Verify that the second one is refused.", "2"]


def test_prose_lists_and_contents_are_no_tables(paper: Paper) -> None:
    y = paper.paragraph(72, 60, LOREM * 4)
    for number in range(5):
        paper.text(72, y + 20 + 14 * number, f"{number + 1}.").text(96, y + 20 + 14 * number, "an item of a list")
        paper.text(72, y + 120 + 14 * number, f"Chapter {number} " + "." * 60 + f" {number + 3}")

    assert tables(paper) == []


def test_the_lettering_of_a_chart_is_no_table(paper: Paper) -> None:
    path = paper.canvas.beginPath()
    path.moveTo(100, 600)
    for step in range(40):
        path.lineTo(100 + step * 8, 600 + (step * 37 % 50))
    paper.canvas.drawPath(path)
    for number in range(4):
        paper.text(80, 190 + 16 * number, str(400 - 100 * number)).text(430, 190 + 16 * number, str(40 - 10 * number))

    assert tables(paper) == []


def test_pipes_in_cells_are_escaped(paper: Paper) -> None:
    paper.grid([72, 200, 300], [100, 120, 140])
    fill(paper, [72, 200], 100, [["Sign", "Use"], ["a|b", "or"]])

    assert convert(paper.done(), "made.pdf").text.endswith("| a\\|b | or |")


@pytest.mark.parametrize(
    "text", ["1,204", "(840)", "$ 14,694", "—", "12.5%", "-3", "n/a", "n.a.", "€9", "1 204,50", "(3.2)%", "17 (a)"]
)
def test_values_are_told(text: str) -> None:
    assert is_value(text)


@pytest.mark.parametrize("text", ["Revenue", "Note 7", "2024 was good", "", "per cent"])
def test_words_are_no_values(text: str) -> None:
    assert not is_value(text)


def test_a_table_that_goes_on_has_the_header_of_the_page_before(paper: Paper) -> None:
    """Its first row is no header: it stands below a blank one, and the block says what heads it."""
    xs, ys = [60, 200, 300], [700, 720, 740, 760]
    paper.grid(xs, ys)
    for y, texts in zip(ys, [("City", "EUR"), ("Bonn", "80"), ("Ghent", "90")], strict=False):
        paper.text(64, y + 14, texts[0]).text(204, y + 14, texts[1])
    paper.next_page()
    ys = [60, 80, 100]
    paper.grid(xs, ys)
    for y, texts in zip(ys, [("Porto", "70"), ("Turku", "85")], strict=False):
        paper.text(64, y + 14, texts[0]).text(204, y + 14, texts[1])

    document = convert(paper.done(), "made.pdf")

    first, second = document.blocks
    assert document.text[second.start : second.end] == "|  |  |\n| --- | --- |\n| Porto | 70 |\n| Turku | 85 |"
    assert (first.header, second.header) == ("", "| City | EUR |")
    assert [document.text[word.start : word.end] for word in unpacked(document.boxes, 2)[0].words] == [
        *("Porto", "70", "Turku", "85")
    ]


def test_a_table_that_says_its_header_again_or_another_keeps_it(paper: Paper) -> None:
    xs = [60, 200, 300]
    for y, left, right in ((200, "City", "EUR"), (300, "City", "EUR"), (400, "Ship", "Tons")):
        paper.grid(xs, [y, y + 20, y + 40])
        paper.text(64, y + 14, left).text(204, y + 14, right)
        paper.text(64, y + 34, "Bonn").text(204, y + 34, "80").next_page()

    document = convert(paper.done(), "made.pdf")

    assert [block.header for block in document.blocks] == ["", "", ""]
    assert document.text.count("| City | EUR |") == 2


def test_a_title_in_the_middle_of_the_table_is_no_header(paper: Paper) -> None:
    """It stands over the second column only because the table does."""
    for y, text in ((90, "Statements of income"), (102, "in millions")):
        wide = paper.canvas.stringWidth(text, "Helvetica", 10)
        paper.text((60 + 500 - wide) / 2, y, text)
    for y, texts in (
        (120, ("", "2023", "2022")),
        (140, ("Net sales", "14,694", "14,544")),
        (152, ("Net income", "1,058", "815")),
    ):
        for x, cell in zip((60, 400, 474), texts, strict=True):
            paper.text(x, y, cell)

    document = convert(paper.done(), "made.pdf")

    (table,) = [document.text[block.start : block.end] for block in document.blocks if block.kind == "table"]
    assert "Statements" not in table
    assert "Statements of income" in document.text
