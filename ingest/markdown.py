"""Markdown to pieces, by its block structure alone; and the characters that stored text may hold."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.models import BlockKind, Piece

_KINDS: dict[str, BlockKind] = {
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
}
_CAPTION = re.compile(r"(table|figure|fig\.|chart|exhibit)\s+[\w.-]*\d[\w.-]*\s*[:.\u2013\u2014-]", re.IGNORECASE)
_EMPHASISED = re.compile(r"(\*{1,3}|_{1,3})(?![\s*_])[^*_]+\1")
_CAPTION_CHARACTERS = 400
_LINE_END = re.compile(r"\r\n?|[\v\x85\u2028\u2029]")
_PAGE_BREAK = re.compile(r"[ \t]*\f[ \t]*")
# C0 and C1 controls but tab and line feed, surrogates without a partner, noncharacters; and what is there for line
# breaking only and would split a word for search: soft hyphens, zero-width spaces, word joiners, byte order marks.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\ud800-\udfff\ufeff\ufffe\uffff]")


def clean_text(text: str) -> str:
    """`text` as it may be stored: NFC, line ends `\\n`, a form feed as a blank line, no invisible characters."""
    text = _PAGE_BREAK.sub("\n\n", _LINE_END.sub("\n", text))
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", text))


def pieces(markdown: str, *, page: int | None = None) -> Iterator[Piece]:
    """The top-level blocks of `markdown` in order, each with its source lines verbatim, all on `page`.

    Two things are rewritten: an underlined heading becomes one with hashes, and thematic breaks are left out. Quotes
    and HTML blocks are paragraphs; a list is one piece with all that stands in it. A paragraph beside a table
    or figure that is wholly emphasised, or says "Table 3:", is a caption.
    """
    lines = markdown.split("\n")
    found = list(_blocks(lines, page=page))
    for position, piece in enumerate(found):
        neighbours = found[max(0, position - 1) : position] + found[position + 1 : position + 2]
        yield Piece("caption", piece.text, page=page) if _is_caption(piece, neighbours) else piece


def _blocks(lines: Sequence[str], *, page: int | None) -> Iterator[Piece]:
    """Every line that is not blank lands in one piece: what the parser takes for a definition is a paragraph."""
    done = 0
    for token in _parser().parse("\n".join(lines)):
        if token.level or token.map is None:
            continue
        start, end = token.map
        yield from _paragraph(lines[done:start], page=page)
        done = end
        if token.type != "hr":
            yield from _piece(token, lines[start:end], page=page)
    yield from _paragraph(lines[done:], page=page)


def _piece(token: Token, lines: Sequence[str], *, page: int | None) -> Iterator[Piece]:
    kind = _KINDS.get(token.type)
    if kind is None:
        yield from _paragraph(lines, page=page)
    elif kind == "heading":
        yield from _heading(token, lines, page=page)
    else:
        yield from _stripped(kind, lines, page=page)


def _heading(token: Token, lines: Sequence[str], *, page: int | None) -> Iterator[Piece]:
    level = int(token.tag[1:])
    if token.markup in ("=", "-"):
        text = "#" * level + " " + " ".join(" ".join(lines[:-1]).split())
    else:
        text = " ".join(lines).strip()
    if text.strip("# \t"):
        yield Piece("heading", text, level=level, page=page)


def _paragraph(lines: Sequence[str], *, page: int | None) -> Iterator[Piece]:
    yield from _stripped("paragraph", lines, page=page)


def _stripped(kind: BlockKind, lines: Sequence[str], *, page: int | None) -> Iterator[Piece]:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if filled:
        yield Piece(kind, "\n".join(lines[filled[0] : filled[-1] + 1]), page=page)


def _is_caption(piece: Piece, neighbours: Sequence[Piece]) -> bool:
    if piece.kind != "paragraph" or len(piece.text) > _CAPTION_CHARACTERS:
        return False
    if not any(neighbour.kind == "table" or neighbour.text.startswith("![") for neighbour in neighbours):
        return False
    return bool(_CAPTION.match(piece.text.lstrip("*_ ")) or _EMPHASISED.fullmatch(piece.text))


@cache
def _parser() -> MarkdownIt:
    """Blocks only: what stands inside a line is never parsed, so that a line costs nothing however it nests."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
