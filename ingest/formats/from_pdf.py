"""PDF to a document: text by page in reading order, headings, lists, tables; running headers and footers left out."""

import heapq
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from ingest.blocks import assemble
from ingest.errors import NoText
from ingest.formats.pdf_blocks import PageBlock
from ingest.formats.pdf_extras import Extras, extras
from ingest.formats.pdf_geometry import Bookmark, ReadPage
from ingest.formats.pdf_headings import heading_levels
from ingest.formats.pdf_layout import PageReader
from ingest.formats.pdf_links import with_links
from ingest.formats.pdf_margins import without_running_lines
from ingest.formats.pdf_places import page_boxes
from ingest.formats.pdf_reader import PdfFile
from ingest.formats.pdf_scans import Scans
from ingest.models import ConvertSettings, Document, Piece
from retrieval.boxes import packed

_NO_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint|excel)|.*\.(?:docx?|pdf|indd|qxd|xlsx?|pptx?|tex|dvi|html?)$", re.IGNORECASE
)
_OCR_REMEDY = "Set FOOTNOTE_OCR, FOOTNOTE_OCR_PAGES and FOOTNOTE_OCR_SECONDS, or ingest a text of it."
_SHOWN_PAGES = 12
"""Page numbers named in a note."""
_METADATA = {"Author": "author", "CreationDate": "date", "Subject": "subject", "Keywords": "keywords"}


def convert(path: Path, name: str, settings: ConvertSettings | None = None) -> Document:
    """The document in a PDF file; `name` is what messages call it.

    Raises Encrypted where a password is wanted (an empty one is tried, and those that are set), Malformed where no PDF
    can be read, NoText where no page has text.
    """
    settings = settings or ConvertSettings()
    scans = Scans(settings)
    with PdfFile(path, name=name, scans=scans, passwords=settings.passwords) as file:
        return document_of(file, path, name, scans)


class Paged(Protocol):
    """A file of pages; see `PdfFile`."""

    page_count: int
    password: str | None

    def outline(self) -> tuple[Bookmark, ...]: ...
    def metadata(self) -> Mapping[str, str]: ...
    def page_labels(self) -> Sequence[str]: ...
    def has_form_or_attachments(self) -> bool: ...
    def pages(self) -> Iterator[ReadPage | None]: ...


def document_of(file: Paged, path: Path, name: str, scans: Scans) -> Document:
    """The document in an open file at `path`; `scans` is what the file's pages are recognised by. Raises NoText."""
    outline, metadata, page_count = file.outline(), file.metadata(), file.page_count
    labels = file.page_labels()
    reader, blocks = _read(without_running_lines(file.pages()))
    if not blocks and reader.only_running:
        reader, blocks = _read(file.pages())
    beside = extras(path, file.password or "") if file.has_form_or_attachments() else Extras()
    if not any(block.look != "hidden" for block in blocks) and not beside.fields and not reader.remarks:
        raise _no_text(name, page_count, reader, scans)
    levels = heading_levels(blocks, outline)
    blocks, placed = with_links(blocks, levels, reader.placed)
    document = assemble(
        _with_beside(_pieces(blocks, levels), beside, reader.remarks),
        title=_title(metadata.get("Title", ""), blocks, levels) or Path(name).stem,
        page_count=page_count,
        metadata=_metadata(metadata, labels),
        notes=(*_notes(blocks, page_count, reader, scans), *beside.notes),
    )
    return replace(
        document,
        boxes=packed(page_boxes(document.text, blocks, placed)),
        attachments=beside.attachments,
        quality=_ocr_marks(reader),
    )


def _ocr_marks(reader: PageReader) -> dict[str, int]:
    """How many pages were read off pictures, and how sure that is in percent."""
    if not (sure := reader.recognised):
        return {}
    return {"ocr_pages": len(sure), "ocr_confidence": round(100 * sum(sure.values()) / len(sure))}


def _with_beside(pieces: Iterator[Piece], beside: Extras, remarks: Mapping[int, tuple[str, ...]]) -> Iterator[Piece]:
    """The pieces with each page's filled form fields as a list at its end, and what was written on it behind that."""
    by_page: dict[int, list[str]] = {}
    for page, label, value in beside.fields:
        by_page.setdefault(page, []).append(f"- {label}: {value}")
    lists = [Piece("list", "\n".join(lines), 0, page) for page, lines in by_page.items()]
    notes = [Piece("paragraph", remark, 0, page) for page, texts in sorted(remarks.items()) for remark in texts]
    return heapq.merge(pieces, lists, notes, key=lambda piece: piece.page or 0)


def _read(pages: Iterator[ReadPage | None]) -> tuple[PageReader, list[PageBlock]]:
    reader = PageReader()
    return reader, [block for page in pages for block in reader.blocks(page)]


def _no_text(name: str, page_count: int, reader: PageReader, scans: Scans) -> NoText:
    pages = "its 1 page" if page_count == 1 else f"any of its {page_count} pages"
    if reader.hidden:
        return NoText(f"{name} has no text that can be seen on {pages}", remedy="Check in a PDF viewer what it shows.")
    if not reader.pictures:
        return NoText(f"{name} has no text on {pages}", remedy="Check in a PDF viewer whether it shows any text.")
    if scans.failure:
        return NoText(f"{name} has no text layer on {pages}: it looks scanned, and {scans.failure}", remedy=_OCR_REMEDY)
    if not scans.is_on or scans.left_out:
        why = "the limits of OCR were reached" if scans.is_on else "OCR is off"
        return NoText(f"{name} has no text layer on {pages}: it looks scanned, and {why}", remedy=_OCR_REMEDY)
    return NoText(
        f"{name} has no text layer on {pages}, and OCR found no text in its pictures",
        remedy="Check in a PDF viewer whether it shows any text.",
    )


def _pieces(blocks: Sequence[PageBlock], levels: dict[int, int]) -> Iterator[Piece]:
    items: list[PageBlock] = []
    for index, block in enumerate(blocks):
        is_item = block.look == "item" and index not in levels
        if items and (not is_item or block.page != items[0].page):
            yield _list_piece(items)
            items = []
        if is_item:
            items.append(block)
        else:
            yield _piece(block, levels.get(index, 0))
    if items:
        yield _list_piece(items)


def _piece(block: PageBlock, level: int) -> Piece:
    if level:
        text = f"{block.marker} {block.text}".strip()
        return Piece("heading", f"{'#' * level} {text}", level, block.page)
    if block.look == "hidden":
        return Piece("paragraph", _escaped(block.text), 0, block.page, hidden=True)
    if block.look == "table":
        return Piece("table", block.text, 0, block.page, header=block.header)
    if block.look == "code":
        return Piece("code", f"```\n{block.text}\n```", 0, block.page)
    if block.look == "caption":
        return Piece("caption", _escaped(block.text), 0, block.page)
    return Piece("paragraph", _escaped(block.text), 0, block.page)


def _escaped(text: str) -> str:
    """Without what Markdown would take for a heading, a list or a quotation at a line's start."""
    return re.sub(r"\A(?=#{1,6}\s|[*+>-]\s|\|)", r"\\", text)


def _list_piece(items: Sequence[PageBlock]) -> Piece:
    edges: list[float] = []
    lines: list[str] = []
    for item in items:
        edges = [edge for edge in edges if edge < item.indent - 4]
        marker = (
            "-" if item.marker == "•" else item.marker if re.fullmatch(r"\d+[.)]", item.marker) else f"- {item.marker}"
        )
        lines.append("  " * len(edges) + f"{marker} {item.text}")
        edges.append(item.indent)
    return Piece("list", "\n".join(lines), 0, items[0].page)


def _title(claimed: str, blocks: Sequence[PageBlock], levels: dict[int, int]) -> str:
    """The title that the metadata claim if it looks like one, else the largest heading of the first pages."""
    claimed = " ".join(claimed.split())
    if len(claimed) > 3 and not _NO_TITLE.match(claimed) and any(map(str.isalpha, claimed)):
        return claimed
    first = [blocks[index] for index in levels if blocks[index].page <= 3]
    return max(first, key=lambda block: block.size).text if first else ""


def _metadata(metadata: Mapping[str, str], labels: Sequence[str]) -> dict[str, str]:
    """Author, date and the like; `page_labels` is a JSON list where pages call themselves otherwise than 1, 2, 3."""
    named = {ours: metadata[theirs] for theirs, ours in _METADATA.items() if metadata.get(theirs)}
    if "date" in named:
        named["date"] = _date(named["date"])
    if labels:
        named["page_labels"] = json.dumps(labels, ensure_ascii=False)
    return {key: value for key, value in named.items() if value}


def _date(claimed: str) -> str:
    """`D:20251102155507Z` as 2025-11-02; empty where it says no date."""
    match = re.match(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?", claimed)
    return "-".join(part for part in match.groups() if part) if match else ""


def _notes(blocks: Sequence[PageBlock], page_count: int, reader: PageReader, scans: Scans) -> tuple[str, ...]:
    notes: list[str] = []
    with_text = {block.page for block in blocks if block.look != "hidden"} | reader.only_running
    if empty := [page for page in range(1, page_count + 1) if page not in with_text and page not in reader.broken]:
        notes += _without_text(empty, scans)
    if sure := reader.recognised:
        average = sum(sure.values()) / len(sure)
        notes.append(f"recognised by OCR, {average:.0%} sure: {_page_list(sorted(sure))}")
    if reader.broken:
        notes.append(f"damaged and left out: {_page_list(sorted(reader.broken))}")
    if reader.hidden:
        notes.append(f"{reader.hidden} words that no reader of the pages sees are kept and not searched")
    return tuple(notes)


def _without_text(empty: Sequence[int], scans: Scans) -> Iterator[str]:
    """Why pages without a text layer have none in the document."""
    left_out = [page for page in empty if page in scans.left_out]
    seen = [page for page in empty if page not in scans.left_out]
    if left_out:
        yield f"without a text layer, and beyond the limits of OCR: {_page_list(left_out)}"
    if seen:
        why = scans.failure or ("OCR found no text" if scans.is_on else "OCR is off")
        yield f"without a text layer, and {why}: {_page_list(seen)}"


def _page_list(pages: Sequence[int]) -> str:
    if len(pages) == 1:
        return f"page {pages[0]}"
    more = f" and {len(pages) - _SHOWN_PAGES} more" if len(pages) > _SHOWN_PAGES else ""
    return f"pages {', '.join(map(str, pages[:_SHOWN_PAGES]))}{more}"
