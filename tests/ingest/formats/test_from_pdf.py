"""What a PDF's pages become: pages, headings, lists, notes, and one clear error for what can't be read."""

from pathlib import Path

import pypdf
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from ingest.convert import marked_text
from ingest.errors import Encrypted, Malformed, NoText
from ingest.formats.from_pdf import convert
from ingest.models import ConvertSettings, Document
from tests.ingest.formats.made_pdf import LOREM, Paper


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    return Paper(tmp_path / "made.pdf")


def read(paper: Paper) -> Document:
    return convert(paper.done(), "made.pdf")


def blocks(document: Document, kind: str) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind == kind]


def test_every_page_is_listed_and_a_blank_one_is_empty(paper: Paper) -> None:
    """Pages are 1-based and each block says its own; a page without text has a span without length and a note."""
    paper.text(72, 100, "First page.").next_page()
    paper.next_page()
    paper.text(72, 100, "Third page.")

    document = read(paper)

    assert [span.page for span in document.pages] == [1, 2, 3]
    assert document.pages[1].start == document.pages[1].end
    assert [block.page for block in document.blocks] == [1, 3]


def test_lines_of_a_paragraph_are_one_line_and_paragraphs_are_apart(paper: Paper) -> None:
    y = paper.paragraph(72, 100, LOREM)
    paper.paragraph(72, y + 10, "A second paragraph stands below.")

    document = read(paper)

    assert document.text == f"{LOREM.strip()}\n\nA second paragraph stands below."


def test_a_word_hyphenated_at_a_line_end_is_joined(paper: Paper) -> None:
    paper.lines(72, 100, ["All of the applica-", "tions were checked by the long-", "term plan of the state."])
    paper.text(72, 300, "A long-term plan.")

    document = read(paper)

    assert "applications were checked by the long-term plan" in document.text


def test_headings_have_levels_by_size(paper: Paper) -> None:
    """Larger is higher; body text is none."""
    for page in range(2):
        paper.text(72, 90, f"Chapter of great things {'AB'[page]}", size=20)
        paper.text(72, 130, f"A section on details {'AB'[page]}", size=14, font="Helvetica-Bold")
        paper.paragraph(72, 160, LOREM * 3)
        paper.next_page()

    document = read(paper)

    levels = [(block.level, document.text[block.start : block.end]) for block in document.blocks if block.level]
    assert levels == [
        (1, "# Chapter of great things A"),
        (2, "## A section on details A"),
        (1, "# Chapter of great things B"),
        (2, "## A section on details B"),
    ]
    assert document.blocks[2].section == ("Chapter of great things A", "A section on details A")


def test_the_one_title_stands_above_the_sections(paper: Paper) -> None:
    y = 110.0
    paper.text(72, 80, "Travel policy", size=20)
    for name in ("Scope", "Hotels", "Meals"):
        paper.text(72, y + 20, name, size=13, font="Helvetica-Bold")
        y = paper.paragraph(72, y + 45, LOREM * 2)

    document = read(paper)

    assert blocks(document, "heading") == ["# Travel policy", "## Scope", "## Hotels", "## Meals"]


def test_the_outline_settles_a_heading_that_looks_like_text(paper: Paper) -> None:
    """A bookmark that says what a line says makes it a heading of the bookmark's level."""
    canvas = paper.canvas
    for level, title in enumerate(["Scope", "Terms used"]):
        canvas.bookmarkPage(title)
        canvas.addOutlineEntry(title, title, level=level)
    paper.text(72, 80, "Scope")
    y = paper.paragraph(72, 110, LOREM)
    paper.text(72, y + 20, "Terms used")
    paper.paragraph(72, y + 50, LOREM)

    document = read(paper)

    assert blocks(document, "heading") == ["# Scope", "## Terms used"]


def test_bullets_and_numbers_become_a_list_with_wrapped_items_whole(paper: Paper) -> None:
    paper.text(72, 100, "•").text(84, 100, "The first item runs over the line's end and")
    paper.text(84, 112, "goes on below.")
    paper.text(72, 124, "•").text(84, 124, "The second item.")
    paper.text(72, 160, "1.").text(90, 160, "Numbered one").text(72, 172, "2.").text(90, 172, "Numbered two")

    document = read(paper)

    assert "- The first item runs over the line's end and goes on below.\n- The second item." in document.text
    assert "1. Numbered one\n2. Numbered two" in document.text
    assert {block.kind for block in document.blocks} == {"list"}


def test_running_lines_are_dropped_and_the_text_between_them_is_kept(paper: Paper) -> None:
    """What recurs at the same place, digits apart, is no text of the document."""
    for page in range(1, 7):
        paper.text(72, 40, "Handbook of the Company").paragraph(72, 100, f"{page * 7} things are told here. {LOREM}")
        paper.text(290, 810, f"Page {page} of 6")
        paper.next_page()

    document = read(paper)

    assert "Handbook" not in document.text
    assert "of 6" not in document.text
    assert all(f"{page * 7} things are told here." in document.text for page in range(1, 7))


def test_a_page_number_is_dropped_wherever_it_stands_below_the_text(paper: Paper) -> None:
    for page in range(1, 7):
        y = paper.paragraph(72, 80, LOREM * page)
        paper.text(290, y + 40, str(page + 10)).next_page()

    document = read(paper)

    assert not any(block.end - block.start < 4 for block in document.blocks)


def test_a_document_of_running_lines_alone_keeps_them(paper: Paper) -> None:
    """Dropping everything would call a text a scan."""
    paper.text(72, 100, "Page 1").next_page().text(72, 100, "Page 2")

    assert read(paper).text == "Page 1\n\nPage 2"


def test_title_comes_from_metadata_else_from_the_largest_heading(tmp_path: Path) -> None:
    named, plain = Paper(tmp_path / "named.pdf"), Paper(tmp_path / "plain.pdf")
    named.canvas.setTitle("Travel policy 2026")
    for paper in (named, plain):
        paper.text(72, 80, "What travel costs", size=22).paragraph(72, 120, LOREM)

    assert convert(named.done(), "named.pdf").title == "Travel policy 2026"
    assert convert(plain.done(), "plain.pdf").title == "What travel costs"


def test_markdown_at_a_line_start_is_escaped(paper: Paper) -> None:
    paper.text(72, 100, "# of employees at the end of the year")

    assert read(paper).text == "\\# of employees at the end of the year"


def test_pages_without_text_are_named_in_a_note(paper: Paper) -> None:
    paper.text(72, 100, "Text.").next_page()
    paper.canvas.drawInlineImage(_grey(), 50, 50, 400, 600)

    document = read(paper)

    assert document.notes == ("without a text layer, and OCR found no text: page 2",)


def test_a_scan_is_no_text_and_says_how_many_pages(paper: Paper) -> None:
    for _ in range(3):
        paper.canvas.drawInlineImage(_grey(), 50, 50, 400, 600)
        paper.next_page()

    with pytest.raises(NoText, match="3 pages: it looks scanned, and OCR is off") as caught:
        convert(paper.done(), "made.pdf", ConvertSettings(ocr="off"))
    assert "FOOTNOTE_OCR" in caught.value.remedy


def test_drawings_without_text_are_not_called_scanned(paper: Paper) -> None:
    paper.rule(72, 100, 300, 100)

    with pytest.raises(NoText, match="no text on its 1 page"):
        read(paper)


def test_recognised_text_laid_invisibly_over_a_scan_is_its_text(paper: Paper) -> None:
    paper.canvas.drawInlineImage(_grey(), 0, 0, 595, 842)
    _invisible(paper, 72, 100, "Recognised words of a scanned letter")

    assert read(paper).text == "Recognised words of a scanned letter"


def test_words_that_no_reader_sees_are_kept_at_the_page_end_and_marked(paper: Paper) -> None:
    """Off the page, not drawn, smaller than a point, white on white: stored, hidden, and not in what is indexed."""
    paper.text(72, 100, "Seen by all.").text(-400, 200, "Off page.").text(72, 400, "Tiny.", size=0.4)
    _invisible(paper, 72, 300, "Ignore this")
    paper.canvas.setFillColorRGB(1, 1, 1)
    paper.text(72, 500, "Pale.").next_page()
    paper.text(72, 100, "Next page.")

    document = read(paper)

    (start, end), *more = document.hidden
    assert not more
    assert set(document.text[start:end].split()) == {"Off", "page.", "Ignore", "this", "Tiny.", "Pale."}
    assert document.text.replace(document.text[start:end], "") == "Seen by all.\n\n\n\nNext page."
    assert marked_text(document) == "<!-- page 1 -->\n\nSeen by all.\n\n<!-- page 2 -->\n\nNext page."
    assert document.notes == ("6 words that no reader of the pages sees are kept and not searched",)


def test_white_words_over_something_dark_are_seen(paper: Paper) -> None:
    """A shaded rectangle is known; for a dark circle the page is drawn and looked at."""
    paper.canvas.rect(60, paper.height - 120, 300, 40, fill=1)
    paper.canvas.circle(200, paper.height - 300, 90, fill=1)
    paper.canvas.setFillColorRGB(1, 1, 1)
    paper.text(72, 110, "On a bar").text(170, 300, "On a disc")

    document = read(paper)

    assert document.hidden == ()
    assert document.text == "On a bar\n\nOn a disc"


def test_invisible_text_on_an_empty_page_is_no_scan(paper: Paper) -> None:
    _invisible(paper, 72, 100, "Nobody sees this")

    with pytest.raises(NoText, match="no text that can be seen"):
        read(paper)


def test_passwords_that_are_set_are_tried(tmp_path: Path) -> None:
    locked = Paper(tmp_path / "locked.pdf", encrypt=StandardEncryption("secret", ownerPassword="owner"))
    file = locked.text(72, 100, "Closed.").done()

    assert convert(file, "locked.pdf", ConvertSettings(passwords=("wrong", "secret"))).text == "Closed."
    with pytest.raises(Encrypted, match="wants a password"):
        convert(file, "locked.pdf", ConvertSettings(passwords=("wrong",)))


def test_a_user_password_is_encrypted_and_an_empty_one_opens(tmp_path: Path) -> None:
    locked = Paper(tmp_path / "locked.pdf", encrypt=StandardEncryption("secret", ownerPassword="owner"))
    opens = Paper(tmp_path / "opens.pdf", encrypt=StandardEncryption("", ownerPassword="owner"))
    locked.text(72, 100, "Closed.")
    opens.text(72, 100, "Open.")

    assert convert(opens.done(), "opens.pdf").text == "Open."
    with pytest.raises(Encrypted, match=r"locked\.pdf"):
        convert(locked.done(), "locked.pdf")


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7\n", b"<html><p>No PDF</p></html>", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj"]
)
def test_what_is_no_pdf_is_malformed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(content)

    with pytest.raises(Malformed, match=r"broken\.pdf") as caught:
        convert(path, "broken.pdf")
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_with_its_own_rotation_reads_as_it_is_shown(paper: Paper, tmp_path: Path, turn: int) -> None:
    """Drawn sideways and turned back by /Rotate, as scanners and landscape exports do."""
    canvas = paper.canvas
    canvas.saveState()
    if turn == 90:
        canvas.translate(595, 0)
    elif turn == 180:
        canvas.translate(595, 842)
    else:
        canvas.translate(0, 842)
    canvas.rotate({90: 90, 180: 180, 270: -90}[turn])
    for number, line in enumerate(["First line of it", "Second line of it"]):
        canvas.drawString(80, 400 - 40 * number, line)
    canvas.restoreState()
    writer = pypdf.PdfWriter(clone_from=paper.done())
    writer.pages[0].rotate(turn)
    writer.write(tmp_path / "turned.pdf")

    document = convert(tmp_path / "turned.pdf", "turned.pdf")

    assert document.text == "First line of it\n\nSecond line of it"
    assert document.notes == ()


@pytest.mark.parametrize("turn", [90, 270])
def test_a_page_set_sideways_without_rotation_is_read_upright(paper: Paper, turn: int) -> None:
    canvas = paper.canvas
    canvas.translate(*((0, 842) if turn == 90 else (595, 0)))
    canvas.rotate(-90 if turn == 90 else 90)
    for number in range(6):
        canvas.drawString(80, 400 - 40 * number, f"Line {number} of a landscape page")

    document = read(paper)

    assert document.text.split("\n\n") == [f"Line {number} of a landscape page" for number in range(6)]


def test_more_pages_than_the_look_ahead_all_come_out(paper: Paper) -> None:
    for page in range(60):
        paper.text(72, 100, f"Page number {page} says this.").next_page()

    document = read(paper)

    assert len(document.pages) == 60
    assert "Page number 59 says this." in document.text


def _grey() -> object:
    from PIL import Image  # a picture to stand for a scan; nothing else here needs it

    return Image.new("L", (40, 60), 200)


def _invisible(paper: Paper, x: float, y: float, text: str) -> None:
    drawn = paper.canvas.beginText(x, paper.height - y)
    drawn.setTextRenderMode(3)
    drawn.textLine(text)
    paper.canvas.drawText(drawn)
