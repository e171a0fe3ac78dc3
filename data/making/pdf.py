"""A manuscript set as a PDF: one or two columns, running header and footer, tables that may cross pages.

Only the standard fonts are used and streams stay uncompressed, so that the bytes depend on no compressor.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Preformatted,
    Spacer,
    Table,
)

from data.making import markup
from data.making.hyphens import with_soft_hyphens
from data.making.pdf_dates import dated

GUTTER: float = 8 * mm
INK = colors.HexColor("#1d2b3a")
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=15, spaceAfter=7)
NARROW = ParagraphStyle("narrow", BODY, fontSize=10, leading=13, alignment=TA_JUSTIFY, embeddedHyphenation=1)
SMALL = ParagraphStyle("small", BODY, fontSize=9.5, leading=12.5, spaceAfter=6)
MONO = ParagraphStyle("mono", fontName="Courier", fontSize=8.5, leading=11, spaceAfter=8)
TITLING = ParagraphStyle("titling", fontName="Helvetica-Bold", keepWithNext=1)
HEADINGS = {
    1: ParagraphStyle("h1", TITLING, fontSize=18, leading=22, spaceAfter=10, textColor=INK),
    2: ParagraphStyle("h2", TITLING, fontSize=13, leading=17, spaceBefore=8, spaceAfter=5),
    3: ParagraphStyle("h3", TITLING, fontSize=11, leading=14, spaceBefore=4, spaceAfter=4),
}
RULES = [
    ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
    ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#dde6ec")),
]


@dataclass(frozen=True, slots=True)
class Layout:
    """Lengths in points."""

    paper: tuple[float, float]
    margin: float
    columns: int
    body: ParagraphStyle

    @property
    def width(self) -> float:
        """Of one column."""
        gutters = (self.columns - 1) * GUTTER
        return (self.paper[0] - 2 * self.margin - gutters) / self.columns


LAYOUTS = {
    "policy": Layout(A4, 20 * mm, 1, BODY),
    "columns": Layout(A4, 20 * mm, 2, NARROW),
    "manual": Layout(A5, 15 * mm, 1, SMALL),
}


def pdf(manuscript: markup.Manuscript) -> bytes:
    """`style` in the front matter names one of the layouts, `date` the day of writing; `outline` asks for a bookmark at
    each heading.
    """
    target = io.BytesIO()
    settings = manuscript.settings
    layout = LAYOUTS[settings["style"]]
    about = {"title": settings["title"], "author": "Lodvik Instruments AS"}
    document = BaseDocTemplate(target, pagesize=layout.paper, invariant=1, pageCompression=0, **about)
    margins = partial(_margins, layout=layout, head=settings["header"])
    document.addPageTemplates(PageTemplate(frames=_frames(layout), onPage=margins))
    if "outline" in settings:
        document.afterFlowable = partial(_bookmark, document)
    document.build([flowable for block in manuscript.blocks for flowable in _set(block, layout)])
    return dated(target.getvalue(), settings["date"])


def _bookmark(document: BaseDocTemplate, flowable: Flowable) -> None:
    style = getattr(flowable, "style", None)
    for level, heading in HEADINGS.items():
        if style is heading:
            key = f"h{document.seq.nextf('heading')}"
            document.canv.bookmarkPage(key)
            document.canv.addOutlineEntry(flowable.getPlainText(), key, level=level - 1)


def _frames(layout: Layout) -> list[Frame]:
    height = layout.paper[1] - 2 * layout.margin - 14 * mm
    lefts = [layout.margin + i * (layout.width + GUTTER) for i in range(layout.columns)]
    bare = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    return [Frame(left, layout.margin + 7 * mm, layout.width, height, **bare) for left in lefts]


def _margins(canvas: Canvas, document: BaseDocTemplate, *, layout: Layout, head: str) -> None:
    left, (width, height) = layout.margin, layout.paper
    canvas.setFont("Helvetica", 8)
    canvas.drawString(left, height - left, head)
    canvas.line(left, height - left - 4, width - left, height - left - 4)
    canvas.drawString(left, left - 4, "Lodvik Instruments AS, Loddegaten 14, Bergen")
    canvas.drawRightString(width - left, left - 4, f"Page {document.page}")


def _set(block: markup.Block, layout: Layout) -> Iterator[Flowable]:
    match block:
        case markup.Heading(level, text):
            yield Paragraph(escape(text), HEADINGS[level])
        case markup.Paragraph(text):
            yield Paragraph(_marked(text, layout.body), layout.body)
        case markup.Items(items):
            yield from (_item(item, layout.body) for item in items)
            yield Spacer(0, 4)
        case markup.Grid():
            yield _table(block, layout)
            yield Spacer(0, 10)
        case markup.Code(text):
            yield Preformatted(text, MONO)


def _marked(text: str, body: ParagraphStyle) -> str:
    """Code between backticks in Courier; soft hyphens where the column is narrow."""
    parts = escape(with_soft_hyphens(text) if body is NARROW else text).split("`")
    return "".join(f'<font name="Courier">{part}</font>' if i % 2 else part for i, part in enumerate(parts))


def _item(item: markup.Item, body: ParagraphStyle) -> Paragraph:
    indent = 14 * (item.depth + 1)
    style = ParagraphStyle("item", body, leftIndent=indent, bulletIndent=indent - 14, spaceAfter=3)
    bullet = "\u2022" if item.number is None else f"{item.number}."
    return Paragraph(_marked(item.text, body), style, bulletText=bullet)


def _table(grid: markup.Grid, layout: Layout) -> Table:
    """Columns share the width by their longest cell; the first row stands again on each page."""
    size = layout.body.fontSize - 1.5
    plain = ParagraphStyle("cell", fontName="Helvetica", fontSize=size, leading=size + 2.5)
    head = ParagraphStyle("head", plain, fontName="Helvetica-Bold")
    styles = [head] + [plain] * (len(grid.rows) - 1)
    rows = [
        [Paragraph(_marked(cell, style), style) for cell in row] for row, style in zip(grid.rows, styles, strict=True)
    ]
    widths = _widths(grid, size=size, available=layout.width)
    rules = [("VALIGN", (0, 0), (-1, -1), "TOP"), *(RULES if grid.ruled else ())]
    return Table(rows, colWidths=widths, repeatRows=1, hAlign="LEFT", style=rules)


def _widths(grid: markup.Grid, *, size: float, available: float) -> list[float]:
    """Room for the longest word of each column, then for its longest cell; a ruled table fills the page."""
    columns = list(zip(*grid.rows, strict=True))
    floor = [max(_width(word, size) for cell in column for word in cell.split()) for column in columns]
    wanted = [max(_width(cell, size) for cell in column) for column in columns]
    spare = available - sum(floor)
    missing = sum(wanted) - sum(floor) or 1
    share = spare / missing if grid.ruled else min(spare / missing, 1)
    return [low + (high - low) * share for low, high in zip(floor, wanted, strict=True)]


def _width(text: str, size: float) -> float:
    return float(stringWidth(text, "Helvetica-Bold", size)) + 14
