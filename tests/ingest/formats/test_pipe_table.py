"""One way to write a grid."""

from ingest.formats.tables import clean_cell, joined_header, pipe_table


def test_rows_become_a_table_padded_to_the_widest() -> None:
    assert pipe_table([["a", "b"], ["1"], ["2", "3", "4"]]) == (
        "| a | b |  |\n| --- | --- | --- |\n| 1 |  |  |\n| 2 | 3 | 4 |"
    )


def test_pipes_and_line_breaks_do_not_tear_a_cell() -> None:
    assert clean_cell(" a|b\nc<br/>d ") == r"a\|b c d"
    assert clean_cell(r"a\|b") == r"a\|b"


def test_several_header_rows_become_one_and_a_span_is_said_once() -> None:
    rows = [["Country", "Days", "Days"], ["Country", "full", "part"], ["Norway", "25", "13"]]

    assert joined_header(rows[:2]) == ["Country", "Days / full", "Days / part"]
    assert pipe_table(rows, header_rows=2).splitlines()[0] == "| Country | Days / full | Days / part |"


def test_without_a_header_the_header_is_blank() -> None:
    assert pipe_table([["1", "2"]], header_rows=0) == "|  |  |\n| --- | --- |\n| 1 | 2 |"


def test_blank_rows_are_left_out_and_nothing_gives_nothing() -> None:
    assert pipe_table([["a"], [""], ["1"]]) == "| a |\n| --- |\n| 1 |"
    assert pipe_table([]) == ""
    assert pipe_table([["", " "], [""]]) == ""
