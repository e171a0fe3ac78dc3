"""Rows of one column to blocks: paragraphs, list items, lines that may be headings, code, captions."""

import re
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise
from typing import Literal, NamedTuple

from ingest.formats.pdf_geometry import Word
from ingest.formats.pdf_rows import Row, join_lines, usual_size

BlockLook = Literal["text", "item", "code", "table", "caption", "hidden"]
_BULLET = re.compile(r"[•●○◦▪■□‣⁃·➢➤✓❖►\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf02d\u2023]\Z|[–—o-]\Z")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5}|[IVX]{1,5})\)|(?:\d{1,2}|[a-z]|[ivx]{1,5})\.)\Z")
_CAPTION = re.compile(
    r"(?:table|figure|fig\.|chart|exhibit|box|graph|tabelle|abbildung)\s*[\dIVX]+(?:[.-]\d+)*\b", re.IGNORECASE
)
_LOOSEST = 2.6
"""Of the font size: the widest step from line to line of one text."""
_CAPTION_WORDS = 45
_LEADER = re.compile(r"(?:\s*\.){4,}\s*|\s*…{2,}\s*|(?:\s*_){5,}\s*")
_SENTENCE_END = (".", "!", "?", ":", ";")


class PageBlock(NamedTuple):
    """A block on its page. `size` and `bold` are those of its text, `indent` its left edge, `gap` the white above it.

    `marker` is the list item's sign or number, `header` the header row of a table that goes on from the page before.
    `lines` counts the rows it was made of. `words` are those of its text, in order, until they are placed.
    """

    look: BlockLook
    text: str
    page: int
    size: float
    bold: bool
    italic: bool = False
    indent: float = 0.0
    gap: float = 0.0
    lines: int = 1
    marker: str = ""
    header: str = ""
    words: tuple[Word, ...] = ()


def row_blocks(rows: Sequence[Row], *, page: int, known: Set[str]) -> list[PageBlock]:
    """Blocks from top to bottom. Rows are those of one column."""
    if not rows:
        return []
    frame = _Frame.of(rows)
    groups: list[list[Row]] = []
    above: Row | None = None
    for row in rows:
        if not groups or above is None or _starts(row, groups[-1], frame):
            groups.append([])
        groups[-1].append(row)
        above = row
    blocks: list[PageBlock] = []
    before: Row | None = None
    for group in groups:
        gap = group[0].top - before.bottom if before else 99.0
        blocks.append(_block(group, page=page, gap=gap, known=known))
        before = group[-1]
    return blocks


class _Frame(NamedTuple):
    """The column that rows stand in: its edges, and the usual step from line to line."""

    left: float
    right: float
    step: float
    size: float

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "_Frame":
        size = usual_size(rows)
        steps = sorted(
            lower.base - upper.base
            for upper, lower in pairwise(rows)
            if 0.8 * size < lower.base - upper.base < _LOOSEST * size and abs(upper.size - lower.size) < 0.15 * size
        )
        step = steps[len(steps) // 3] if steps else 1.25 * size
        return cls(min(row.x0 for row in rows), max(row.x1 for row in rows), step, size)


def _starts(row: Row, group: Sequence[Row], frame: _Frame) -> bool:
    """Whether a row begins a block rather than go on with the one above."""
    above = group[-1]
    step = row.base - above.base
    if _item_marker(row) or step <= 0 or step > _widest(row, above, frame):
        return True
    if abs(row.size - above.size) > 0.09 * max(row.size, above.size) or _all_bold(row) != _all_bold(above):
        return True
    if len(group) == 1 and _italic(above) and not _italic(row) and _is_short(above, frame):
        return True
    if _mono(row) != _mono(above) or (_all_bold(row) and _capitals(above.text) and not _capitals(row.text)):
        return True
    if _mono(row):
        return False
    if _LEADER.search(above.text) and above.text[-1:].isdigit():
        return True
    return _indented(row, group, frame) or _ended(row, above, frame)


def _widest(row: Row, above: Row, frame: _Frame) -> float:
    """The widest step between two lines of one block."""
    size = max(row.size, above.size)
    if size > 1.15 * frame.size:
        return 1.5 * size
    return max(min(1.28 * frame.step, _LOOSEST * size), 1.12 * size)


def _indented(row: Row, group: Sequence[Row], frame: _Frame) -> bool:
    """A first line set in, or a line that leaves a list item's or a set-in paragraph's edge."""
    above = group[-1]
    if _item_marker(group[0]):
        body = group[0].words[1].x0 if len(group[0].words) > 1 else group[0].x0
        if (
            abs(row.x0 - group[0].x0) < 0.5 * row.size
            and row.text[:1].islower()
            and not above.text.endswith(_SENTENCE_END)
        ):
            return False
        return (
            row.x0 < min(group[0].x0 + 0.5 * row.size, body - 0.5 * row.size)
            if len(group) == 1
            else row.x0 < above.x0 - row.size
        )
    if len(group) == 1:
        return row.x0 > above.x0 + 1.0 * row.size and above.x1 < frame.right - 3 * row.size
    return row.x0 > above.x0 + 0.9 * row.size and not _centred(row, above)


def _centred(row: Row, above: Row) -> bool:
    return abs((row.x0 + row.x1) - (above.x0 + above.x1)) < 2 * row.size


def _ended(row: Row, above: Row, frame: _Frame) -> bool:
    """Whether the line above ends a sentence well before the column's edge."""
    return _is_short(above, frame) and above.text.endswith(_SENTENCE_END) and not row.text[:1].islower()


def _is_short(row: Row, frame: _Frame) -> bool:
    """Whether a line ends well before the column's edge."""
    return row.x1 < frame.right - 0.2 * (frame.right - frame.left)


def _item_marker(row: Row) -> str:
    if len(row.words) < 2:
        return ""
    first = row.words[0].text
    if _BULLET.match(first):
        return "•"
    if _NUMBERED.match(first) and row.words[1].x0 - row.words[0].x1 > 0.15 * row.size:
        return first
    return ""


def _all_bold(row: Row) -> bool:
    return all(word.style.bold for word in row.words if any(map(str.isalnum, word.text)))


def _capitals(text: str) -> bool:
    return text.isupper() and len(text) > 3


def _mono(row: Row) -> bool:
    return all(word.style.mono for word in row.words)


def _italic(row: Row) -> bool:
    return all(word.style.italic for word in row.words)


def _block(group: Sequence[Row], *, page: int, gap: float, known: Set[str]) -> PageBlock:
    first = group[0]
    marker = _item_marker(first)
    bold, italic = all(map(_all_bold, group)), all(map(_italic, group))
    text = join_lines((_LEADER.sub(" … ", row.text) for row in group), known)
    look: BlockLook = "text"
    if marker:
        look = "item"
        text = text[len(first.words[0].text) :].lstrip()
    elif len(group) >= 2 and all(map(_mono, group)):
        look, text = "code", _code(group)
    elif _CAPTION.match(text) and len(text.split()) <= _CAPTION_WORDS:
        look = "caption"
    words = tuple(word for row in group for word in row.read)
    return PageBlock(look, text, page, first.size, bold, italic, first.x0, gap, len(group), marker, words=words)


def _code(group: Iterable[Row]) -> str:
    """Lines with their indentation, by the width of a character."""
    rows = list(group)
    left = min(row.x0 for row in rows)
    wide = max(1.0, 0.6 * rows[0].size)
    return "\n".join(" " * round((row.x0 - left) / wide) + row.text.replace("\u00ad", "-") for row in rows)
