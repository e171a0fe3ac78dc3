"""PPTX to Markdown, exactly: slides are pages."""

from pathlib import Path

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Inches

from ingest.errors import Malformed
from ingest.formats import from_pptx
from ingest.models import Document
from retrieval.models import PageSpan

TITLE_AND_CONTENT, BLANK = 1, 6


def convert(folder: Path, deck: Presentation, name: str = "deck.pptx") -> Document:
    path = folder / "copy"
    deck.save(str(path))
    return from_pptx.convert(path, name)


def slide(deck: Presentation, title: str = "", layout: int = BLANK) -> Slide:
    made = deck.slides.add_slide(deck.slide_layouts[layout if not title else max(layout, 0)])
    if title:
        made.shapes.title.text = title
    return made


def box(on: Slide, text: str, *, left: float, top: float, width: float = 2, height: float = 0.5) -> None:
    on.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height)).text_frame.text = text


def test_each_slide_is_a_page_and_its_title_a_heading(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    for title in ("Leave", "Travel"):
        slide(deck, title, TITLE_AND_CONTENT).placeholders[1].text_frame.text = f"{title} rules"
    document = convert(tmp_path, deck)

    assert document.text == "## Leave\n\n- Leave rules\n\n## Travel\n\n- Travel rules"
    assert [block.page for block in document.blocks] == [1, 1, 2, 2]
    assert document.blocks[3].section == ("Travel",)
    assert document.title == "Leave"


def test_a_blank_slide_is_a_page_without_text(tmp_path: Path) -> None:
    """ "## Slide 2", blank line, "end": 15 characters."""
    deck = pptx.Presentation()
    slide(deck)
    box(slide(deck), "end", left=1, top=1)

    assert convert(tmp_path, deck).pages == (PageSpan(1, 0, 0), PageSpan(2, 0, 15))


def test_a_slide_without_title_does_not_stand_under_the_one_before(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide(deck, "Leave", TITLE_AND_CONTENT)
    box(slide(deck), "loose", left=1, top=1)
    document = convert(tmp_path, deck)

    assert document.text == "## Leave\n\n## Slide 2\n\nloose"
    assert document.blocks[-1].section == ("Slide 2",)


def test_bullets_nest_by_level(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    frame = slide(deck, "Plan", TITLE_AND_CONTENT).placeholders[1].text_frame
    frame.text = "one"
    for text, level in [("deeper", 1), ("two", 0)]:
        paragraph = frame.add_paragraph()
        paragraph.text = text
        paragraph.level = level

    assert convert(tmp_path, deck).text == "## Plan\n\n- one\n    - deeper\n- two"


def test_text_boxes_have_no_bullets_and_are_read_row_by_row(tmp_path: Path) -> None:
    """Added in another order; `right` begins a little higher than `left` but beside it."""
    deck = pptx.Presentation()
    on = slide(deck, "Rows", 5)
    box(on, "below", left=1, top=4)
    box(on, "right", left=5, top=2.0)
    box(on, "left", left=1, top=2.1)

    assert convert(tmp_path, deck).text == "## Rows\n\nleft\n\nright\n\nbelow"


def test_merged_cells_are_repeated(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    table = slide(deck).shapes.add_table(2, 3, 0, 0, Inches(6), Inches(1)).table
    for row, texts in enumerate([["a", "b", ""], ["1", "2", "3"]]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))

    assert convert(tmp_path, deck).text.split("\n\n")[1] == "| a | b | b |\n| --- | --- | --- |\n| 1 | 2 | 3 |"


def test_a_chart_is_its_title_and_its_numbers(tmp_path: Path) -> None:
    data = CategoryChartData(number_format="0%")
    data.categories = ["North", "South"]
    data.add_series("2023", (0.25, 0.5))
    data.add_series("2024", (0.3, 0.45))
    deck = pptx.Presentation()
    frame = slide(deck).shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), data)
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "Share by region"

    assert convert(tmp_path, deck).text.split("\n\n")[1:] == [
        "Chart: Share by region",
        "|  | 2023 | 2024 |\n| --- | --- | --- |\n| North | 25% | 30% |\n| South | 50% | 45% |",
    ]


def test_grouped_shapes_are_read(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    group = slide(deck).shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "inside"

    assert convert(tmp_path, deck).text.endswith("inside")


def test_speaker_notes_follow_the_slide(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    on = slide(deck, "Leave", TITLE_AND_CONTENT)
    on.notes_slide.notes_text_frame.text = "Mention the carry-over."

    assert convert(tmp_path, deck).text == "## Leave\n\nNotes: Mention the carry-over."


def test_a_link_keeps_its_target(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    on = slide(deck)
    frame = on.shapes.add_textbox(0, 0, Inches(3), Inches(1)).text_frame
    added = frame.paragraphs[0].add_run()
    added.text = "the rules"
    added.hyperlink.address = "https://example.org/a"

    assert convert(tmp_path, deck).text.endswith("[the rules](https://example.org/a)")


def test_hidden_slides_are_marked(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide(deck, "Old", TITLE_AND_CONTENT).element.set("show", "0")
    document = convert(tmp_path, deck)

    assert document.text == "## Old (hidden slide)"
    assert document.notes == ("hidden slides are marked: 1",)


def test_a_slide_number_is_no_text(tmp_path: Path) -> None:
    """The layout's footer, date and number placeholders are copied onto the slide by hand."""
    deck = pptx.Presentation()
    on = slide(deck, "Leave", TITLE_AND_CONTENT)
    for placeholder in deck.slide_layouts[TITLE_AND_CONTENT].placeholders:
        if placeholder.placeholder_format.idx >= 10:
            on.shapes._spTree.append(placeholder.element)

    assert convert(tmp_path, deck).text == "## Leave"


def test_a_title_only_of_slide_numbers_gives_way_to_the_file_name(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    box(slide(deck), "text", left=1, top=1)

    assert convert(tmp_path, deck, "sales_deck.pptx").title == "Sales deck"


def test_a_broken_deck_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    pptx.Presentation().save(str(path))
    path.write_bytes(path.read_bytes()[:4000])

    with pytest.raises(Malformed, match=r"deck\.pptx"):
        from_pptx.convert(path, "deck.pptx")


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SLIDES = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'


def attach(to: Part, kind: str, place: str, xml: str) -> None:
    """A part of the package that python-pptx knows no way to make."""
    to.relate_to(Part(PackURI(place), "application/xml", to.package, xml.encode()), f"{OFFICE}/{kind}")


def test_comments_follow_their_slide_with_who_wrote_them(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    first = slide(deck, "Leave", TITLE_AND_CONTENT)
    slide(deck, "Travel", TITLE_AND_CONTENT)
    authors = f'<p:cmAuthorLst {SLIDES}><p:cmAuthor id="0" name="Ann Lee"/></p:cmAuthorLst>'
    comments = '<p:cm authorId="0"><p:text>Since  May.</p:text></p:cm><p:cm authorId="9"><p:text>Why?</p:text></p:cm>'
    attach(deck.part, "commentAuthors", "/ppt/commentAuthors.xml", authors)
    attach(first.part, "comments", "/ppt/comments/comment1.xml", f"<p:cmLst {SLIDES}>{comments}</p:cmLst>")

    assert convert(tmp_path, deck).text == (
        "## Leave\n\nComment by Ann Lee: Since May.\n\nComment by unknown: Why?\n\n## Travel"
    )
