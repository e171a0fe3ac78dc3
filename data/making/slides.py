"""A manuscript as a PPTX file: each first-level heading opens a slide, a note goes to the speaker."""

import io

from pptx import Presentation
from pptx.slide import Slide
from pptx.util import Inches

from data.making import markup
from data.making.stable_zip import EPOCH, stabilised

TITLE_AND_TEXT, TITLE_ONLY = 1, 5


def pptx(manuscript: markup.Manuscript) -> bytes:
    presentation = Presentation()
    properties = presentation.core_properties
    properties.title = manuscript.settings["title"]
    properties.author = properties.last_modified_by = "Lodvik Instruments AS"
    properties.created = properties.modified = EPOCH
    for blocks in _split(manuscript.blocks):
        has_table = any(isinstance(block, markup.Grid) for block in blocks)
        layout = presentation.slide_layouts[TITLE_ONLY if has_table else TITLE_AND_TEXT]
        slide = presentation.slides.add_slide(layout)
        for block in blocks:
            _add(slide, block)
    target = io.BytesIO()
    presentation.save(target)
    return stabilised(target.getvalue())


def _split(blocks: tuple[markup.Block, ...]) -> list[list[markup.Block]]:
    slides: list[list[markup.Block]] = []
    for block in blocks:
        if isinstance(block, markup.Heading):
            slides.append([])
        slides[-1].append(block)
    return slides


def _add(slide: Slide, block: markup.Block) -> None:
    match block:
        case markup.Heading(_, text):
            slide.shapes.title.text = text
        case markup.Paragraph(text):
            slide.placeholders[1].text_frame.text = text
        case markup.Items(items):
            _add_bullets(slide, items)
        case markup.Grid(rows, _):
            _add_table(slide, rows)
        case markup.Note(text):
            slide.notes_slide.notes_text_frame.text = text


def _add_bullets(slide: Slide, items: tuple[markup.Item, ...]) -> None:
    frame = slide.placeholders[1].text_frame
    for item in items:
        paragraph = frame.add_paragraph() if frame.text else frame.paragraphs[0]
        paragraph.text, paragraph.level = item.text, item.depth


def _add_table(slide: Slide, rows: tuple[tuple[str, ...], ...]) -> None:
    place = (Inches(0.6), Inches(1.7), Inches(8.8), Inches(0.5 * len(rows)))
    table = slide.shapes.add_table(len(rows), len(rows[0]), *place).table
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
