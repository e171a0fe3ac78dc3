"""Pieces of Markdown to a document, and Markdown to pieces."""

import re
from collections.abc import Iterable, Mapping, Sequence

from ingest.models import Block, Document, Piece
from retrieval.models import PageSpan

SEPARATOR = "\n\n"
_MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`]+|^#+\s+|\s*#+$")


def assemble(
    pieces: Iterable[Piece],
    *,
    title: str,
    page_count: int = 0,
    metadata: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> Document:
    """Join pieces one blank line apart and work out spans, section paths and pages.

    Pieces come in reading order with ascending pages. `page_count` is the number of pages of the source, so that
    blank ones are listed too. Pieces without text are left out. A heading's own section is the path above it.
    """
    blocks: list[Block] = []
    texts: list[str] = []
    path: list[tuple[int, str]] = []
    offset = 0
    for piece in pieces:
        if not (text := piece.text.strip("\n")).strip():
            continue
        opens = piece.kind == "heading" and not piece.hidden
        if opens:
            path = [entry for entry in path if entry[0] < piece.level]
        start = offset
        end = start + len(text)
        section = tuple(name for _, name in path)
        blocks.append(Block(piece.kind, start, end, section, piece.level, piece.page, piece.hidden, piece.header))
        if opens:
            path.append((piece.level, heading_text(text)))
        texts.append(text)
        offset = end + len(SEPARATOR)
    return Document(
        title=title,
        text=SEPARATOR.join(texts),
        blocks=tuple(blocks),
        pages=_page_spans(blocks, page_count),
        metadata=dict(metadata or {}),
        notes=tuple(notes),
    )


def heading_text(markdown: str) -> str:
    """A heading's plain words: no hashes, emphasis or link targets."""
    return " ".join(_MARKUP.sub(lambda match: match.group(1) or "", markdown).split())


def _page_spans(blocks: Sequence[Block], page_count: int) -> tuple[PageSpan, ...]:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for block in blocks:
        if block.page is not None:
            first.setdefault(block.page, block.start)
            last[block.page] = block.end
    spans: list[PageSpan] = []
    position = 0
    for page in range(1, page_count + 1):
        start = first.get(page, position)
        position = last.get(page, start)
        spans.append(PageSpan(page, start, position))
    return tuple(spans)
