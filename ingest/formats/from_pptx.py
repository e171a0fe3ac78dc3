"""PPTX through python-pptx: each slide a page with its title, text in reading order, tables, charts and notes.

unstructured goes through the same library but loses list levels, merged cells, charts and diagrams.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pptx
from lxml import etree
from pptx.exc import PythonPptxError
from pptx.slide import Slide

from ingest.blocks import assemble
from ingest.errors import Malformed
from ingest.formats.packages import check_package, metadata, open_package
from ingest.formats.slide_comments import slide_comments
from ingest.formats.slide_shapes import shape_pieces
from ingest.formats.titles import choose_title
from ingest.models import Document, Piece

_FOREIGN = (
    PythonPptxError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    etree.XMLSyntaxError,
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
    NotImplementedError,
)
"""What python-pptx lets through for a broken package; every other file of the format it opens."""


def convert(path: Path, name: str) -> Document:
    """The PPTX in `path`; pages are slides, hidden ones too. Raises `Malformed`, `Encrypted`, `OverLimit`."""
    check_package(path, name)
    with open_package(path, name) as package:
        properties = package.properties
    try:
        presentation = pptx.Presentation(str(path))
        slides = list(presentation.slides)
        pieces = [piece for number, slide in enumerate(slides, 1) for piece in _slide(slide, number)]
    except _FOREIGN as exc:
        raise Malformed(f"{name}: no readable PPTX ({exc})", remedy="Open it in PowerPoint and save it again.") from exc
    return assemble(
        pieces,
        title=choose_title(name, declared=properties.get("title", ""), pieces=_named(pieces)),
        page_count=len(slides),
        metadata=metadata(properties),
        notes=_notes(slides),
    )


def _slide(slide: Slide, number: int) -> Iterator[Piece]:
    """The slide's heading, its text, its notes; a slide without title is called by its number if it has any text."""
    title = slide.shapes.title
    words = " ".join(title.text_frame.text.split()) if title is not None and title.has_text_frame else ""
    body = [piece for piece in shape_pieces(slide, number, skip=title if words else None) if piece.text.strip()]
    body += _speaker_notes(slide, number)
    body += slide_comments(slide, number)
    if words or body:
        hidden = " (hidden slide)" if _is_hidden(slide) else ""
        yield Piece("heading", f"## {words or f'Slide {number}'}{hidden}", level=2, page=number)
    yield from body


def _speaker_notes(slide: Slide, number: int) -> list[Piece]:
    if not slide.has_notes_slide:
        return []
    frame = slide.notes_slide.notes_text_frame
    text = frame.text.replace("\v", "\n").strip() if frame is not None else ""
    return [Piece("paragraph", f"Notes: {text}", page=number)] if text else []


def _is_hidden(slide: Slide) -> bool:
    return slide.element.get("show") in ("0", "false")


def _named(pieces: list[Piece]) -> Iterator[Piece]:
    """Headings that are titles, not numbers of slides."""
    return (piece for piece in pieces if piece.kind != "heading" or piece.text != f"## Slide {piece.page}")


def _notes(slides: list[Slide]) -> list[str]:
    hidden = [str(number) for number, slide in enumerate(slides, 1) if _is_hidden(slide)]
    return [f"hidden slides are marked: {', '.join(hidden)}"] if hidden else []
