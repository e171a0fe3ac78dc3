"""One source file to one document: which converter reads which media type, and what holds for all of them."""

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

from ingest.blocks import SEPARATOR, assemble
from ingest.errors import Encrypted, NoText, UnknownFormat, Unreadable
from ingest.markdown import clean_text
from ingest.media import ENCRYPTED_OFFICE
from ingest.models import ConvertSettings, Document, Piece
from ingest.quality import quality

CONVERTER_VERSION = "4"
"""Part of every version's fingerprint: raise it when a converter's output changes."""

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

CONVERTERS = {
    "text/html": "ingest.formats.from_html",
    "application/xhtml+xml": "ingest.formats.from_html",
    "text/markdown": "ingest.formats.from_text",
    "text/plain": "ingest.formats.from_text",
    "application/json": "ingest.formats.from_json",
    "application/xml": "ingest.formats.from_xml",
    "application/pdf": "ingest.formats.from_pdf",
    "text/csv": "ingest.formats.from_sheets",
    "text/tab-separated-values": "ingest.formats.from_sheets",
    f"{_OPEN_XML}.spreadsheetml.sheet": "ingest.formats.from_sheets",
    "application/vnd.ms-excel": "ingest.formats.from_sheets",
    f"{_OPEN_XML}.wordprocessingml.document": "ingest.formats.from_docx",
    f"{_OPEN_XML}.presentationml.presentation": "ingest.formats.from_pptx",
    "message/rfc822": "ingest.formats.from_email",
    "application/vnd.ms-outlook": "ingest.formats.from_email",
    "application/rtf": "ingest.formats.from_unstructured",
    "application/zip": "ingest.formats.from_zip",
    "application/epub+zip": "ingest.formats.from_epub",
    f"{_OPEN_DOCUMENT}.text": "ingest.formats.from_odf",
    f"{_OPEN_DOCUMENT}.spreadsheet": "ingest.formats.from_odf",
    f"{_OPEN_DOCUMENT}.presentation": "ingest.formats.from_odf",
    "text/x-rst": "ingest.formats.from_unstructured",
    "text/x-org": "ingest.formats.from_unstructured",
    "image/png": "ingest.formats.from_image",
    "image/jpeg": "ingest.formats.from_image",
    "image/tiff": "ingest.formats.from_image",
    "image/webp": "ingest.formats.from_image",
}
"""Media type to the module whose `convert(path, name)` reads it; a new format is one file and one line here."""


_SETTABLE = ("application/pdf", *(kind for kind in CONVERTERS if kind.startswith("image/")))


class Converter(Protocol):
    """A module of `ingest.formats`. It translates its library's errors to SourceErrors itself.

    Only those of `_SETTABLE` take settings.
    """

    def convert(self, path: Path, name: str, settings: ConvertSettings | None = None, /) -> Document: ...


def fingerprint(settings: ConvertSettings) -> str:
    """Names the converters, with what is set otherwise than by default; passwords change nothing that was read."""
    usual = ConvertSettings()
    names = ("ocr", "ocr_pages", "ocr_seconds")
    otherwise = {name: getattr(settings, name) for name in names if getattr(settings, name) != getattr(usual, name)}
    return f"convert-{CONVERTER_VERSION}" + "".join(f",{name}={value}" for name, value in otherwise.items())


def convert(path: Path, media_type: str, name: str, settings: ConvertSettings | None = None) -> Document:
    """The document in `path`; `name` is the file's name where it was found, `path` may be a copy under another.

    Raises `UnknownFormat`, `NoText` (an empty file, a document without any text), `Encrypted`, `Unreadable`, and what
    the converter of that type raises (`Malformed`, ...).
    """
    if _size(path, name) == 0:
        raise NoText(f"{name}: the file is empty", remedy="Fill it or leave it out.")
    converter = _converter(media_type, name)
    document = converter.convert(path, name, settings) if media_type in _SETTABLE else converter.convert(path, name)
    if document.blocks and all(block.hidden for block in document.blocks):
        raise NoText(f"{name}: all of its text is hidden from a reader", remedy="Check what it shows in a viewer.")
    if not document.text.strip():
        raise NoText(f"{name}: no text in it", remedy="If it holds pictures of text, it needs OCR first.")
    document = _storable(document)
    return replace(document, quality=quality(document))


def marked_text(document: Document) -> str:
    """The Markdown that is indexed, `<!-- page 3 -->` alone on a line before each page; hidden text is left out."""
    if not document.pages:
        return _shown(document, 0, len(document.text))
    parts: list[str] = []
    for span in document.pages:
        parts.append(f"<!-- page {span.page} -->")
        if page := _shown(document, span.start, span.end):
            parts.append(page)
    return "\n\n".join(parts)


def _shown(document: Document, start: int, end: int) -> str:
    """A stretch of whole blocks without the hidden ones."""
    parts: list[str] = []
    for left, right in document.hidden:
        if start <= left < end:
            parts.append(document.text[start:left].rstrip("\n"))
            start = min(end, right + len(SEPARATOR))
    parts.append(document.text[start:end])
    return SEPARATOR.join(part for part in parts if part)


def _size(path: Path, name: str) -> int:
    try:
        return path.stat().st_size
    except OSError as exc:
        raise Unreadable(f"{name}: {exc.strerror}", remedy="Check that the file exists and may be read.") from exc


def _converter(media_type: str, name: str) -> Converter:
    if media_type == ENCRYPTED_OFFICE:
        raise Encrypted(f"{name}: an office file with a password", remedy="Save it without a password.")
    module = CONVERTERS.get(media_type)
    if module is None:
        remedy = "Save it as PDF, HTML, DOCX, XLSX, Markdown or text, or leave it out."
        raise UnknownFormat(f"{name}: no converter for {media_type}", remedy=remedy)
    return cast(Converter, importlib.import_module(module))


def _storable(document: Document) -> Document:
    """The same document with clean title and metadata; put together again from cleaned blocks where it has to be.

    A converter that gives boxes cleans its text itself: they count in it.
    """
    title = _one_line(document.title)
    metadata = {key: line for key, value in document.metadata.items() if (line := _one_line(value))}
    if clean_text(document.text) == document.text:
        return replace(document, title=title, metadata=metadata)
    pieces = [
        Piece(
            block.kind,
            clean_text(document.text[block.start : block.end]),
            block.level,
            block.page,
            block.hidden,
            clean_text(block.header),
        )
        for block in document.blocks
    ]
    pages = len(document.pages)
    cleaned = assemble(pieces, title=title, page_count=pages, metadata=metadata, notes=document.notes)
    return replace(cleaned, attachments=document.attachments, quality=document.quality)


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())
