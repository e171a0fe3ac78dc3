"""Where the words of a PDF stand: each box lies over its word as it is drawn, and names the word in the text."""

from pathlib import Path

import pytest

from ingest.convert import convert
from ingest.models import Document
from retrieval.boxes import unpacked
from retrieval.models import WordBox
from tests.ingest.formats.made_pdf import Paper

HALF_A_POINT = 0.5


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """200 points wide, 400 high, so that fractions are easily redone."""
    return Paper(tmp_path / "made.pdf", size=(200, 400))


def read(paper: Paper) -> Document:
    return convert(paper.done(), "application/pdf", "made.pdf")


def boxed(document: Document, page: int = 1) -> list[tuple[str, WordBox]]:
    (boxes,) = unpacked(document.boxes, page)
    return [(document.text[word.start : word.end], word) for word in boxes.words]


def test_every_word_has_a_box_at_its_place(paper: Paper) -> None:
    """Drawn at (40, 100) in 10 points: the left edge at 40/200, the baseline at 100/400 between top and bottom."""
    paper.text(40, 100, "Hello world.")

    words = boxed(read(paper))

    assert [text for text, _ in words] == ["Hello", "world."]
    hello, world = words[0][1], words[1][1]
    assert hello.left == pytest.approx(0.2, abs=HALF_A_POINT / 200 * 2)
    assert hello.top == pytest.approx((100 - 7.8) / 400, abs=HALF_A_POINT / 400)
    assert hello.bottom == pytest.approx((100 + 2.2) / 400, abs=HALF_A_POINT / 400)
    assert hello.right < world.left


def test_boxes_count_in_points_of_the_page_and_say_its_number(paper: Paper) -> None:
    paper.text(20, 50, "First.").next_page()
    paper.text(20, 50, "Second.")
    document = read(paper)

    second = unpacked(document.boxes)[1]

    assert (second.page, second.width, second.height) == (2, 200, 400)
    assert document.text[second.words[0].start : second.words[0].end] == "Second."


def test_a_word_hyphenated_at_a_line_end_has_two_boxes(paper: Paper) -> None:
    paper.lines(20, 100, ["All of the applica-", "tions were checked."])

    words = [text for text, _ in boxed(read(paper))]

    assert words == ["All", "of", "the", "applica", "tions", "were", "checked."]


def test_words_of_headings_lists_and_tables_are_found(paper: Paper) -> None:
    """Numbers of headings and items are found too; signs of Markdown have no box."""
    paper.text(20, 40, "1. Rates", size=18)
    paper.lines(20, 80, ["1. Take the first.", "2. Take the second."], step=14)
    paper.grid([20, 80, 180], [200, 220, 240]).text(24, 214, "City").text(84, 214, "Per day")
    paper.text(24, 234, "Bonn").text(84, 234, "80 EUR")

    words = [text for text, _ in boxed(read(paper))]

    assert " ".join(words) == "1. Rates 1. Take the first. 2. Take the second. City Per day Bonn 80 EUR"


def test_a_page_turned_by_its_rotation_has_boxes_as_it_is_shown(tmp_path: Path) -> None:
    """Text drawn 100 above a sheet's foot and 40 from its left edge, the sheet shown turned by 90 degrees clockwise."""
    paper = Paper(tmp_path / "turned.pdf", size=(400, 200))  # reportlab swaps the sheet's sides itself
    paper.canvas.setPageRotation(90)
    paper.text(40, 100, "Downwards")
    document = read(paper)

    (page,) = unpacked(document.boxes)
    (word,) = page.words

    assert (page.width, page.height) == (400, 200)
    assert word.left == pytest.approx((100 - 2.2) / 400, abs=0.01)
    assert word.top == pytest.approx(40 / 200, abs=0.01)
    assert word.bottom - word.top > word.right - word.left


def test_a_page_set_sideways_as_a_whole_has_boxes_where_it_is_drawn(paper: Paper) -> None:
    """Thirty words turned by 90 degrees are read as a page of their own; their boxes stay on the sheet."""
    for row in range(10):
        paper.canvas.saveState()
        paper.canvas.translate(30 + 15 * row, 20)
        paper.canvas.rotate(90)
        paper.text(0, paper.height, f"Row {row} turned")
        paper.canvas.restoreState()
    document = read(paper)

    words = boxed(document)

    assert len(words) == 30
    text, first = words[0]
    assert text == "Row"
    assert first.left == pytest.approx((30 - 7.8) / 200, abs=0.01)
    assert first.bottom == pytest.approx((400 - 20) / 400, abs=0.01)


def test_hidden_words_have_boxes_too(paper: Paper) -> None:
    paper.text(20, 100, "Seen.")
    paper.canvas.setFillColorRGB(1, 1, 1)
    paper.text(20, 200, "Pale.")

    words = boxed(read(paper))

    assert [(text, round(word.top, 2)) for text, word in words] == [("Seen.", 0.23), ("Pale.", 0.48)]
