"""The shapes of one slide to pieces, in reading order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.shapes.autoshape import Shape
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.slide import Slide
from pptx.table import Table

from ingest.formats.charts import chart_pieces
from ingest.formats.formulas import M, latex
from ingest.formats.links import linked
from ingest.formats.lists import Item, list_number, list_text
from ingest.formats.packages import parse_xml
from ingest.formats.tables import pipe_table
from ingest.models import Piece

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_FURNITURE = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER}
_LISTING = {PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY, PP_PLACEHOLDER.VERTICAL_OBJECT}
_WEB = re.compile(r"(?:https?|mailto|ftp):", re.IGNORECASE)
_NUMBERS = {"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman"}
_MOST_DEPTH = 20


@dataclass(frozen=True, slots=True)
class _Line:
    """One paragraph; `mark` is a list's bullet or number, null outside lists; `level` is 0-based."""

    text: str
    level: int
    mark: str | None


def shape_pieces(slide: Slide, page: int, *, skip: BaseShape | None) -> Iterator[Piece]:
    """What stands on the slide but `skip`, date, footer and slide number; from top to bottom, then left to right."""
    skipped = skip.shape_id if skip is not None else None
    for shape in _ordered(list(slide.shapes), depth=0):
        if shape.shape_id != skipped and not _is_furniture(shape):
            yield from _pieces(shape, page)
    for element in _unknown_texts(slide):
        yield from _text_pieces(_lines(element, []), page)


def _is_furniture(shape: BaseShape) -> bool:
    return shape.is_placeholder and shape.placeholder_format.type in _FURNITURE


def _ordered(shapes: Sequence[BaseShape], *, depth: int) -> Iterator[BaseShape]:
    """Shapes of one row, those whose top lies above the middle of the row's first, from left to right."""
    rows: list[list[BaseShape]] = []
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if rows and _beside(rows[-1][0], shape):
            rows[-1].append(shape)
        else:
            rows.append([shape])
    for row in rows:
        for shape in sorted(row, key=lambda shape: shape.left or 0):
            yield from _inside(shape, depth)


def _beside(first: BaseShape, other: BaseShape) -> bool:
    """Whether `other`, which is no higher, stands left or right of `first` and is no part of what that frames."""
    top, left, height, width = (value or 0 for value in (first.top, first.left, first.height, first.width))
    other_left, other_right = other.left or 0, (other.left or 0) + (other.width or 0)
    apart = other_left >= left + width * 0.8 or other_right <= left + width * 0.2
    return (other.top or 0) < top + height / 2 and apart


def _inside(shape: BaseShape, depth: int) -> Iterator[BaseShape]:
    if hasattr(shape, "shapes") and depth < _MOST_DEPTH:
        yield from _ordered(list(shape.shapes), depth=depth + 1)
    else:
        yield shape


def _pieces(shape: BaseShape, page: int) -> Iterator[Piece]:
    if isinstance(shape, GraphicFrame):
        yield from _frame_pieces(shape, page)
    elif shape.has_text_frame:
        yield from _text_pieces(_lines(shape.text_frame._txBody, _list_styles(shape), _links(shape)), page)


def _frame_pieces(frame: GraphicFrame, page: int) -> Iterator[Piece]:
    if frame.has_table:
        yield Piece("table", pipe_table(_grid(frame.table)), page=page)
    elif frame.has_chart:
        yield from chart_pieces(frame.chart._chartSpace, page=page)
    else:
        for reference in frame.element.iter(f"{_DIAGRAM}relIds"):
            part = frame.part.rels.get(reference.get(f"{_RELATIONS}dm", ""))
            if part is not None and not part.is_external:
                yield from _diagram(parse_xml(part.target_part.blob, f"the diagram on slide {page}"), page)


def _diagram(root: etree._Element, page: int) -> Iterator[Piece]:
    """SmartArt: the texts of its points, in their order."""
    points = (point.find(f"{_DIAGRAM}t") for point in root.iter(f"{_DIAGRAM}pt"))
    texts = [" ".join(" ".join(line.text for line in _lines(p, [])).split()) for p in points if p is not None]
    if items := [f"- {text}" for text in texts if text]:
        yield Piece("list", "\n".join(items), page=page)


def _grid(table: Table) -> list[list[str]]:
    """Cell texts, those of merged cells repeated over their span."""
    grid = [[_cell_text(cell._tc) for cell in row.cells] for row in table.rows]
    for top, row in enumerate(table.rows):
        for left, cell in enumerate(row.cells):
            if cell.is_merge_origin:
                for line in grid[top : top + cell.span_height]:
                    line[left : left + cell.span_width] = [grid[top][left]] * len(line[left : left + cell.span_width])
    return grid


def _cell_text(cell: etree._Element) -> str:
    return "\n".join(line.text for body in cell.iterchildren(f"{A}txBody") for line in _lines(body, []))


def _text_pieces(lines: Sequence[_Line], page: int) -> Iterator[Piece]:
    """Paragraphs and lists as they follow each other."""
    items: list[Item] = []
    for line in lines:
        if not line.text:
            continue
        if line.mark is not None:
            items.append(Item(line.level, line.mark, line.text))
            continue
        yield from _list(items, page)
        yield Piece("paragraph", line.text, page=page)
    yield from _list(items, page)


def _list(items: list[Item], page: int) -> Iterator[Piece]:
    """The items so far as one list; they are taken."""
    if items:
        yield Piece("list", list_text(items), page=page)
        items.clear()


def _links(shape: BaseShape) -> dict[str, str]:
    """Web addresses by relation id."""
    relations = shape.part.rels.values()
    return {r.rId: r.target_ref for r in relations if r.is_external and _WEB.match(r.target_ref)}


def _lines(
    body: etree._Element, styles: Sequence[etree._Element], links: Mapping[str, str] = MappingProxyType({})
) -> list[_Line]:
    """The paragraphs of a text body. `styles` are the list styles it inherits from, nearest first."""
    own = body.find(f"{A}lstStyle")
    chain = [own, *styles] if own is not None else list(styles)
    counts: dict[int, int] = {}
    lines: list[_Line] = []
    for paragraph in body.iterfind(f"{A}p"):
        properties = paragraph.find(f"{A}pPr")
        level = _int(properties.get("lvl") if properties is not None else None)
        text = _paragraph_text(paragraph, links)
        mark = _mark(properties, chain, level, counts) if text else None
        lines.append(_Line(text, level, mark))
    return lines


def _mark(
    properties: etree._Element | None, chain: Sequence[etree._Element], level: int, counts: dict[int, int]
) -> str | None:
    """The bullet or number: what the nearest that says anything about it says."""
    inherited = (style.find(f"{A}lvl{level + 1}pPr") for style in chain)
    for source in (properties, *inherited):
        found = source.find(f"{A}buNone") if source is not None else None
        if found is not None:
            counts.clear()
            return None
        number = source.find(f"{A}buAutoNum") if source is not None else None
        if number is not None:
            return _number(number, level, counts)
        if source is not None and (source.find(f"{A}buChar") is not None or source.find(f"{A}buBlip") is not None):
            for deeper in [key for key in counts if key >= level]:
                del counts[deeper]
            return "-"
    return None


def _number(element: etree._Element, level: int, counts: dict[int, int]) -> str:
    start = _int(element.get("startAt")) or 1
    counts[level] = counts.get(level, start - 1) + 1
    for deeper in [key for key in counts if key > level]:
        del counts[deeper]
    kind = next((name for prefix, name in _NUMBERS.items() if element.get("type", "").startswith(prefix)), "decimal")
    number = list_number(counts[level], kind)
    return f"{number}." if kind == "decimal" else f"- {number}."


def _list_styles(shape: BaseShape) -> list[etree._Element]:
    """List styles that a placeholder inherits: of its layout's and master's placeholder, then of the master."""
    if not isinstance(shape, Shape) or not shape.is_placeholder:
        return []
    found: list[etree._Element] = []
    base = getattr(shape, "_base_placeholder", None)
    while base is not None and len(found) < _MOST_DEPTH:
        found += base.element.iter(f"{A}lstStyle")
        base = getattr(base, "_base_placeholder", None)
    if shape.placeholder_format.type in _LISTING:
        master = shape.part.slide_layout.slide_master.element
        found += master.iterfind("{*}txStyles/{*}bodyStyle")
    return found


def _paragraph_text(paragraph: etree._Element, links: Mapping[str, str]) -> str:
    parts = [_run_text(child, links) for child in paragraph.iterchildren("*")]
    lines = "".join(parts).replace("\v", "\n").replace("\xa0", " ").split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _run_text(element: etree._Element, links: Mapping[str, str]) -> str:
    if element.tag == f"{A}br":
        return "\n"
    if element.tag in (f"{A}r", f"{A}fld"):
        link = element.find(f"{A}rPr/{A}hlinkClick")
        target = links.get(link.get(f"{_RELATIONS}id", ""), "") if link is not None else ""
        return linked(element.findtext(f"{A}t") or "", target)
    return "".join(f"${latex(formula).strip()}$" for formula in element.iter(f"{M}oMath"))


def _unknown_texts(slide: Slide) -> Iterator[etree._Element]:
    """Text bodies of shapes that python-pptx doesn't know: in alternatives, the first choice only."""
    for alternatives in slide.element.iter(f"{_COMPATIBILITY}AlternateContent"):
        branch = next(alternatives.iterchildren("*"), None)
        if branch is not None and not any(True for _ in alternatives.iterancestors("{*}txBody")):
            yield from branch.iter("{*}txBody")


def _int(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
