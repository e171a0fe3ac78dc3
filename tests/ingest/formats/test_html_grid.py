"""Spans become a full grid; what only lays out a page is no table."""

import pytest

from ingest.formats.html_tables import Cell, Row, expand, header_rows, own_cells, span, title_rows, unwrap_layout
from ingest.formats.html_tree import Element, parse


def row(*cells: str | Cell, group: int = 0, in_head: bool = False) -> Row:
    made = tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells)
    return Row(made, group, in_head)


def head(text: str, rowspan: int = 1, colspan: int = 1) -> Cell:
    return Cell(text, rowspan, colspan, is_header=True)


def tables_left(html: str) -> list[Element]:
    tree = parse(f"<body>{html}</body>", "a.html")
    unwrap_layout(tree)
    return list(tree.iter("table"))


def test_spanning_cells_stand_in_every_place_that_they_cover() -> None:
    grid = expand([row(Cell("A", rowspan=2), Cell("B", colspan=2)), row("C", "D"), row("E", "F", "G")])

    assert grid == [["A", "B", "B"], ["A", "C", "D"], ["E", "F", "G"]]


def test_a_span_in_both_directions_and_one_at_the_end_of_a_row() -> None:
    grid = expand([row("a", Cell("X", rowspan=2, colspan=2)), row("b"), row("c", "d", "e")])

    assert grid == [["a", "X", "X"], ["b", "X", "X"], ["c", "d", "e"]]


def test_spans_end_with_their_group_of_rows() -> None:
    """HTML 4.9.12: a rowspan never reaches from the head into the body."""
    grid = expand([row(Cell("H", rowspan=9), "I", group=1), row("1", "2", group=2)])

    assert grid == [["H", "I"], ["1", "2"]]


def test_rowspan_zero_reaches_to_the_end_of_its_group() -> None:
    grid = expand([row(Cell("A", rowspan=0), "1"), row("2"), row("3")])

    assert grid == [["A", "1"], ["A", "2"], ["A", "3"]]


def test_columns_in_which_no_cell_begins_are_left_out() -> None:
    assert expand([row(Cell("Title", colspan=99)), row("a", "b")]) == [["Title", "Title"], ["a", "b"]]


def test_ragged_rows_are_padded() -> None:
    assert expand([row("a", "b"), row("c")]) == [["a", "b"], ["c", ""]]


def test_a_bomb_of_spans_is_written_without_them() -> None:
    """Two thousand rows of three cells of a thousand columns are 6,000 cells, not six million."""
    rows = [row(*(Cell("x", rowspan=1000, colspan=1000) for _ in range(3))) for _ in range(2000)]

    grid = expand(rows)

    assert len(grid) == 2000
    assert {len(line) for line in grid} == {3}


def test_no_rows_give_no_grid() -> None:
    assert expand([]) == []


@pytest.mark.parametrize(
    ("value", "number"), [(None, 1), ("2", 2), (" 3px", 3), ("0", 0), ("-1", 1), ("", 1), ("x", 1), ("9" * 12, 1000)]
)
def test_span_attributes_are_read_as_browsers_do(value: str | None, number: int) -> None:
    assert span(value) == number


def test_header_rows_are_those_of_the_head_or_of_header_cells() -> None:
    assert header_rows([row("a", in_head=True), row("b", in_head=True), row("1")]) == 2
    assert (
        header_rows([row(head("G", colspan=2), head("T", rowspan=2)), row(head("A"), head("B")), row("1", "2", "3")])
        == 2
    )
    assert header_rows([row(head("Norway"), "25"), row(head("Chile"), "15")]) == 0


def test_a_group_title_below_the_header_is_no_header() -> None:
    rows = [row(head("Year"), head("Place")), row(head("For Norway", colspan=2)), row("1999", "2nd")]

    assert header_rows(rows) == 1


def test_a_row_that_names_the_next_ones_at_their_side_is_no_header() -> None:
    rows = [
        row(head("Year"), head("Month"), head("Cost")),
        row(head("2025", rowspan=3)),
        row(head("May"), "1"),
        row(head("June"), "2"),
    ]

    assert header_rows(rows) == 1


def test_a_table_without_header_cells_has_a_header_if_its_first_row_reads_as_one() -> None:
    assert header_rows([row("Country", "Days"), row("Norway", "25")]) == 1
    assert header_rows([row("Norway", "25"), row("Chile", "15")]) == 0
    assert header_rows([row("Country", "Days")]) == 0


def test_a_title_across_the_table_is_told_from_its_headers() -> None:
    rows = [row(head("Leave", colspan=2)), row(head("Country"), head("Days")), row("Norway", "25")]

    assert title_rows(rows) == 1
    assert title_rows(rows[:2]) == 0


@pytest.mark.parametrize(
    "html",
    [
        "<table role=presentation><tr><th>a<th>b<tr><td>1<td>2</table>",
        "<table><tr><td>only one</table>",
        "<table><tr><td>left<td>right</table>",
        "<table><tr><td>one<tr><td>column</table>",
        "<table><tr><td><h2>Menu</h2><td><h2>Text</h2><tr><td>a<td>b</table>",
        f"<table><tr><td>a<td>{'word ' * 100}<tr><td>b<td>c</table>",
    ],
)
def test_layout_is_no_table(html: str) -> None:
    assert tables_left(html) == []


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>Norway<td>25<tr><td>Chile<td>15</table>",
        "<table><tr><th>a<th>b</table>",
        f"<table><tr><th>a<th>b<tr><td>1<td>{'word ' * 100}</table>",
        "<table><caption>Days</caption><tr><td>a<td>b</table>",
    ],
)
def test_data_is_a_table(html: str) -> None:
    assert len(tables_left(html)) == 1


def test_a_table_of_data_inside_layout_is_kept() -> None:
    html = "<table><tr><td>menu<td><table><tr><th>a<th>b<tr><td>1<td>2</table></table>"

    (table,) = tables_left(html)
    assert [cell.text for cell in own_cells(table)] == ["a", "b", "1", "2"]


def test_columns_of_line_numbers_are_dropped() -> None:
    html = "<table class=highlight><tr><td class=linenos>1<td class=code><pre>x = 1</pre></table>"
    tree = parse(f"<body>{html}</body>", "a.html")

    unwrap_layout(tree)

    assert tree.text_content().strip() == "x = 1"
