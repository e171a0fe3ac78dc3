"""What readers of a PDF have written on its pages: notes, text on top of the page, remarks on what they marked."""

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as c

MOST = 500
"""Annotations looked at on one page."""
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
