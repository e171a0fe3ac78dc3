"""What lies on the pages of a PDF: notes, text and remarks of its readers, and links to web and mail addresses."""

import ctypes
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as c

from ingest.formats.pdf_geometry import Box, Frame, Link

MOST = 500
"""Annotations looked at on one page."""
_TARGET_BYTES = 500
"""A longer address is left out: it follows readers about, and says nothing to them."""
_TARGET = re.compile(r"(?:https?://|mailto:)[^\s<>|\x00-\x1f]+\Z", re.IGNORECASE)
_WRITTEN = (
    c.FPDF_ANNOT_TEXT,
    c.FPDF_ANNOT_FREETEXT,
    c.FPDF_ANNOT_HIGHLIGHT,
    c.FPDF_ANNOT_UNDERLINE,
    c.FPDF_ANNOT_SQUIGGLY,
    c.FPDF_ANNOT_STRIKEOUT,
)
_UNSEEN = c.FPDF_ANNOT_FLAG_HIDDEN | c.FPDF_ANNOT_FLAG_NOVIEW


def annotations(page: Any) -> tuple[str, ...]:
    """`Note by Ann Lee: ...` for each that has words and is shown, in the order of the file."""
    return tuple(_read(page)) if c.FPDFPage_GetAnnotCount(page) > 0 else ()


def page_links(page: Any, document: Any, frame: Frame) -> tuple[Link, ...]:
    """The links of a page to addresses outside the file, in its order; `document` and `page` are pdfium's."""
    return tuple(_links(page, document, frame))


def _read(page: Any) -> Iterator[str]:
    for index in range(min(c.FPDFPage_GetAnnotCount(page), MOST)):
        annotation = c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            shown = not c.FPDFAnnot_GetFlags(annotation) & _UNSEEN
            if c.FPDFAnnot_GetSubtype(annotation) in _WRITTEN and shown and (words := _text(annotation, b"Contents")):
                author = _text(annotation, b"T")
                yield f"Note{f' by {author}' if author else ''}: {words}"
        finally:
            c.FPDFPage_CloseAnnot(annotation)


def _text(annotation: Any, key: bytes) -> str:
    """A text of the annotation on one line."""
    size = c.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    c.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(c.FPDF_WCHAR)), size)
    return " ".join(buffer.raw[:size].decode("utf-16-le", "replace").replace("\0", "").split())


def _links(page: Any, document: Any, frame: Frame) -> Iterator[Link]:
    at, link = ctypes.c_int(0), c.FPDF_LINK()
    for _ in range(MOST):
        if not c.FPDFLink_Enumerate(page, at, link):
            return
        rect = c.FS_RECTF()
        target = _target(document, link)
        if target and c.FPDFLink_GetAnnotRect(link, rect):
            ax, ay = frame.place(rect.left, rect.bottom)
            bx, by = frame.place(rect.right, rect.top)
            yield Link(Box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)), target)


def _target(document: Any, link: Any) -> str:
    """The address, "" for a place in the file and for what is no web or mail address."""
    action = c.FPDFLink_GetAction(link)
    if not action or c.FPDFAction_GetType(action) != c.PDFACTION_URI:
        return ""
    buffer = ctypes.create_string_buffer(_TARGET_BYTES)
    size = c.FPDFAction_GetURIPath(document, action, buffer, _TARGET_BYTES)
    if not 1 < size <= _TARGET_BYTES:
        return ""
    target = buffer.raw[: size - 1].decode("utf-8", "replace").strip()
    return target if _TARGET.match(target) else ""
