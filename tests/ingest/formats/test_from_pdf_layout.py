"""Reading order, and words as a reader sees them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.formats.from_pdf import convert
from ingest.formats.pdf_geometry import ReadPage, Style, Word
from ingest.formats.pdf_margins import REACH, without_running_lines
from ingest.formats.pdf_rows import join_lines, make_row, make_rows, segments
from tests.ingest.formats.made_pdf import LOREM, Paper, broken

PLAIN = Style(10, bold=False, italic=False, mono=False)
SMALL = Style(6, bold=False, italic=False, mono=False)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    return Paper(tmp_path / "made.pdf")


def text_of(paper: Paper) -> str:
    return convert(paper.done(), "made.pdf").text


def word(text: str, x0: float, base: float, *, wide: float | None = None, style: Style = PLAIN) -> Word:
    return Word(text, x0, x0 + (5.0 * len(text) if wide is None else wide), base, style)


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_are_read_one_after_the_other(paper: Paper, columns: int) -> None:
    """The title first, then each column from top to bottom, then what stands below all of them."""
    wide = 480 / columns
    paper.text(72, 60, "A title over all of the columns of this page", size=16)
    numbers = ["one", "two", "three"][:columns]
    for place, number in enumerate(numbers):
        lines = broken(f"Begin {number}. {LOREM * 3} End {number}.", int(wide / 5.6))
        paper.lines(60 + place * wide, 100, lines)
    paper.text(60, 620, "A line below all of the columns.")

    text = text_of(paper)

    marks = [mark for number in numbers for mark in (f"Begin {number}.", f"End {number}.")]
    places = [text.index(mark) for mark in ("A title", *marks, "A line below")]
    assert places == sorted(places)


def test_side_heads_stand_before_the_text_beside_them(paper: Paper) -> None:
    y = 100.0
    for name in ("Scope", "Terms", "Duties"):
        paper.lines(60, y, [f"{name} of the", "whole new", f"agreement {name}"])
        y = paper.paragraph(160, y, f"Here {name.lower()} are told. {LOREM * 4}", wide=70) + 12

    text = text_of(paper)

    marks = [mark for name in ("Scope", "Terms", "Duties") for mark in (f"{name} of the", f"Here {name.lower()}")]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_a_table_of_short_cells_is_not_taken_for_columns(paper: Paper) -> None:
    for number in range(12):
        paper.text(72, 100 + 14 * number, f"Town number {number} in the north")
        paper.text(320, 100 + 14 * number, f"{number * 37}")

    assert "| Town number 5 in the north | 185 |" in text_of(paper)


def test_text_drawn_in_another_order_is_read_from_top_to_bottom(paper: Paper) -> None:
    paper.text(72, 400, "Last.").text(72, 100, "First.").text(72, 250, "Second.")

    assert text_of(paper) == "First.\n\nSecond.\n\nLast."


def test_words_turned_against_the_page_come_last(paper: Paper) -> None:
    paper.canvas.saveState()
    paper.canvas.translate(30, 300)
    paper.canvas.rotate(90)
    paper.canvas.setFont("Helvetica", 10)
    paper.canvas.drawString(0, 0, "Stamp at the side")
    paper.canvas.restoreState()
    paper.paragraph(72, 100, LOREM)

    assert text_of(paper) == f"{LOREM.strip()}\n\nStamp at the side"


def test_a_raised_note_number_is_a_word_of_its_own_in_its_line(paper: Paper) -> None:
    paper.text(72, 100, "The losses were small.")
    paper.text(72 + 100, 96, "14", size=6)
    paper.text(72, 112, "Nobody knew of them.")

    assert text_of(paper) == "The losses were small. 14 Nobody knew of them."


def test_rows_take_in_small_raised_words_beside_a_word() -> None:
    rows = make_rows([word("losses", 0, 100), word("2", 31, 96, style=SMALL), word("below", 0, 114)])

    assert [row.text for row in rows] == ["losses 2", "below"]
    assert rows[0].base == 100


def test_letter_spaced_words_are_joined_and_stay_apart() -> None:
    """Gaps of 4 within a word, 12 between two."""
    places = [0, 9, 18, 27, 44, 53, 62, 71]
    letters = [word(letter, x, 100, wide=5) for letter, x in zip("NOTETHIS", places, strict=True)]

    assert make_rows(letters)[0].text == "NOTE THIS"


def test_single_digits_in_columns_are_not_joined() -> None:
    digits = [word(str(number), 9 * number, 100, wide=5) for number in range(6)]

    assert make_rows(digits)[0].text == "0 1 2 3 4 5"


def test_a_row_is_cut_where_the_gap_is_wider() -> None:
    row = make_rows([word("a", 0, 100), word("b", 8, 100), word("c", 30, 100)])[0]

    assert [part.text for part in segments(row, 5)] == ["a b", "c"]


@pytest.mark.parametrize(
    ("lines", "known", "joined"),
    [
        (["appli-", "cation"], {"application"}, "application"),
        (["appli\u00ad", "cation"], set(), "application"),
        (["long-", "term"], {"long-term"}, "long-term"),
        (["state-of-the-", "art"], set(), "state-of-the-art"),
        (["Jean-", "Paul"], set(), "Jean-Paul"),
        (["2019-", "2020"], set(), "2019-2020"),
        (["he said -", "and left"], set(), "he said - and left"),
        (["日本", "語"], set(), "日本語"),
        (["one", "two"], set(), "one two"),
    ],
)
def test_line_ends_are_joined_as_the_word_demands(lines: list[str], known: set[str], joined: str) -> None:
    assert join_lines(lines, known) == joined


def test_running_lines_are_known_by_their_neighbours_alone() -> None:
    """A line on pages 1-3 of 40 is dropped there; one that stands once is kept; the look ahead is REACH pages."""
    taken: list[int] = []

    def pages() -> list[ReadPage]:
        body = [word("Body", 72, 400), word("text", 100, 400)]
        heads = {number: [word("Part", 72, 40), word("A", 95, 40)] for number in (1, 2, 3)} | {
            20: [word("Once", 72, 40)]
        }
        return [ReadPage(number, 595, 842, tuple(heads.get(number, []) + body)) for number in range(1, 41)]

    def counted() -> Iterator[ReadPage]:
        for page in pages():
            taken.append(page.number)
            yield page

    cleaned = without_running_lines(counted())
    first = next(cleaned)

    assert first is not None
    assert [w.text for w in first.words] == ["Body", "text"]
    assert taken[-1] == REACH + 1
    texts = [[w.text for w in page.words] for page in cleaned if page]
    assert texts[18] == ["Once", "Body", "text"]
    assert all(text == ["Body", "text"] for place, text in enumerate(texts) if place != 18)


def test_a_line_in_italics_stands_apart_from_the_text_below(paper: Paper) -> None:
    """A short one: it names what follows. One that fills its line goes on in the next."""
    paper.text(72, 100, "Boots self-locking nut", font="Helvetica-Oblique")
    paper.paragraph(72, 112, LOREM)

    assert convert(paper.done(), "made.pdf").text == f"Boots self-locking nut\n\n{LOREM.strip()}"


def test_a_row_of_hebrew_is_read_from_right_to_left() -> None:
    """Its words stand from left to right on the page; English words and numbers among them keep their order."""
    style = Style(10, bold=False, italic=False, mono=False)
    shown = ["\u05e9\u05dc\u05d5\u05e9\u05d9\u05dd", "30", "of", "May", "\u05d9\u05de\u05d9\u05dd"]
    row = make_row([Word(text, 50 * at, 50 * at + 40, 100, style) for at, text in enumerate(shown)])

    assert row.text == "\u05d9\u05de\u05d9\u05dd 30 of May \u05e9\u05dc\u05d5\u05e9\u05d9\u05dd"
    assert (row.x0, [word.text for word in row.words]) == (0, shown)
