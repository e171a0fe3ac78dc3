"""Links of a PDF: words that lead to a web or mail address carry it, and their boxes stay on them."""

from pathlib import Path

import pytest

from ingest.convert import convert
from ingest.models import Document
from retrieval.boxes import unpacked
from tests.ingest.formats.made_pdf import Paper

REST = "This paragraph is what the page says below, and it is long enough to be nothing but a text."
RULES = "https://example.org/rules"


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Courier's letters are 6 points wide in 10 points: "rules" in the fifth column begins 24 points from the left."""
    return Paper(tmp_path / "made.pdf", size=(600, 400))


def linked(paper: Paper, words: str, target: str, *, line: str, y: float = 100) -> Paper:
    """A line of text in which `words` lie under a link."""
    left = 40 + 6 * line.index(words)
    paper.text(40, y, line, font="Courier")
    box = (left - 1, paper.height - y - 3, left + 6 * len(words) + 1, paper.height - y + 9)
    paper.canvas.linkURL(target, box, relative=0)
    return paper


def read(paper: Paper) -> Document:
    paper.text(40, 200, REST)
    return convert(paper.done(), "application/pdf", "made.pdf")


def test_words_under_a_link_lead_to_its_address(paper: Paper) -> None:
    linked(paper, "travel rules", RULES, line="Read the travel rules, then ask.")

    assert read(paper).text == f"Read the [travel rules,]({RULES}) then ask.\n\n{REST}"


def test_boxes_stay_on_their_words(paper: Paper) -> None:
    linked(paper, "travel rules", RULES, line="Read the travel rules now.")

    document = read(paper)

    (boxes,) = unpacked(document.boxes)
    words = [document.text[word.start : word.end] for word in boxes.words]
    assert words == ["Read", "the", "travel", "rules", "now.", *REST.split()]


def test_two_links_of_one_line_are_two(paper: Paper) -> None:
    line = "Ask Ann or Bo about it."
    linked(paper, "Ann", "mailto:ann@example.org", line=line)
    linked(paper, "Bo", "mailto:bo@example.org", line=line)

    assert "Ask [Ann](mailto:ann@example.org) or [Bo](mailto:bo@example.org) about it." in read(paper).text


def test_a_bracket_in_an_address_does_not_end_it(paper: Paper) -> None:
    linked(paper, "rules", "https://example.org/a_(b)", line="Read the rules now.")

    assert "Read the [rules](https://example.org/a_%28b%29) now." in read(paper).text


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("www.example.org", "http://www.example.org/"),
        ("ann@example.org", "mailto:ann@example.org"),
        ("here", "javascript:alert(1)"),
        ("here", "file:///etc/passwd"),
        ("here", "https://example.org/a b"),
        ("[3]", RULES),
    ],
)
def test_words_that_say_their_address_and_addresses_of_no_web_stay_words(paper: Paper, words: str, target: str) -> None:
    linked(paper, words, target, line=f"See {words} for it.")

    assert f"See {words} for it." in read(paper).text


def test_headings_and_cells_stay_without_addresses(paper: Paper) -> None:
    paper.text(40, 40, "Rates", size=20)
    paper.canvas.linkURL(RULES, (30, 340, 200, 380), relative=0)
    paper.grid([30, 150, 300], [80, 100, 120]).text(40, 94, "City").text(160, 94, "Per day")
    paper.text(40, 114, "Bonn").text(160, 114, "80 EUR")
    paper.canvas.linkURL(RULES, (30, 280, 300, 320), relative=0)

    assert read(paper).text == f"# Rates\n\n| City | Per day |\n| --- | --- |\n| Bonn | 80 EUR |\n\n{REST}"


def test_a_link_to_a_place_in_the_file_is_none(paper: Paper) -> None:
    paper.text(40, 100, "See the annex for it.", font="Courier")
    paper.canvas.bookmarkPage("annex")
    paper.canvas.linkAbsolute("", "annex", (60, 290, 200, 310))

    assert "See the annex for it." in read(paper).text
