"""A manuscript as a DOCX file with Word's own heading, list and table styles."""

import io

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE

from data.making import markup
from data.making.stable_zip import EPOCH, stabilised


def docx(manuscript: markup.Manuscript) -> bytes:
    document = Document()
    properties = document.core_properties
    properties.title = manuscript.settings["title"]
    properties.author = properties.last_modified_by = "Lodvik Instruments AS"
    properties.comments = ""
    properties.created = properties.modified = EPOCH
    _slim(document)
    for block in manuscript.blocks:
        _add(document, block)
    target = io.BytesIO()
    document.save(target)
    return stabilised(target.getvalue())


def _slim(document: WordDocument) -> None:
    """Drops the template's hundred table styles and their second copy, nearly all of the file."""
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in ("Normal Table", "Table Grid"):
            style.delete()
    for key, relation in list(document.part.rels.items()):
        if relation.reltype.endswith("stylesWithEffects"):
            del document.part.rels[key]


def _add(document: WordDocument, block: markup.Block) -> None:
    match block:
        case markup.Heading(level, text):
            document.add_heading(text, level=level)
        case markup.Paragraph(text):
            document.add_paragraph(text)
        case markup.Items(items):
            for item in items:
                document.add_paragraph(item.text, style=_list_style(item))
        case markup.Grid(rows, _):
            _add_table(document, rows)


def _list_style(item: markup.Item) -> str:
    kind = "List Bullet" if item.number is None else "List Number"
    return f"{kind} {item.depth + 1}" if item.depth else kind


def _add_table(document: WordDocument, rows: tuple[tuple[str, ...], ...]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text == "<":
                table.cell(r, c - 1).merge(table.cell(r, c))
            elif text == "^":
                table.cell(r - 1, c).merge(table.cell(r, c))
            else:
                table.cell(r, c).text = text
    document.add_paragraph()
