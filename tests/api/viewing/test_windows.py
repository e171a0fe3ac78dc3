"""How much of a long text is shown at once."""

from api.viewing.windows import Window, window


def test_a_short_text_is_shown_whole() -> None:
    assert window("one\n\ntwo", 5) == Window(0, 8, "")


def test_a_window_begins_and_ends_between_paragraphs() -> None:
    text = "\n\n".join(f"paragraph {number:03}" for number in range(100))  # 13 characters each, 2 between

    found = window(text, 750, size=90)

    assert text[found.start : found.end].startswith("paragraph ")
    assert text[: found.start].endswith("\n\n")
    assert text[found.end :].startswith("\n\n")
    assert found.start <= 750 < found.end


def test_a_window_that_begins_inside_a_table_has_the_tables_header() -> None:
    rows = "".join(f"| row {number:04} | {number} |\n" for number in range(2_000))
    text = f"# Numbers\n\n| name | value |\n| --- | --- |\n{rows}"

    found = window(text, text.index("row 1500"), size=600)

    assert found.header == "| name | value |\n| --- | --- |\n"
    assert text[found.start :].startswith("| row ")
    assert text[: found.end].endswith("|")
    assert "row 1500" in text[found.start : found.end]


def test_the_end_of_a_text_fills_its_window() -> None:
    text = "\n\n".join("x" * 10 for _ in range(100))

    found = window(text, len(text) - 1, size=120)

    assert found.end == len(text)
    assert len(text) - found.start >= 120
