"""The smallest pieces between which a chunk may end, each counted in tokens once.

A block that fits a chunk is one atom. One that does not is cut where its kind allows: a paragraph between sentences,
a list between items, a table between rows, code between lines; and what is then still too long ever finer, down to
characters, so that nothing is lost to a model that cuts what is too long for it.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.blocks import heading_text
from ingest.models import Block, BlockKind, Document

# How willingly a chunk ends before an atom.
NEVER = -1  # between a heading, a short lead-in or a table's header, and what stands under it
INSIDE = 0  # between the parts of one block
CLOSE = 1  # between a lead-in or a caption and what it belongs to
BETWEEN = 2  # between blocks

LEAD_IN_SHARE = 0.2  # of a chunk's tokens, up to which a lead-in is not parted from what it introduces
HEADER_SHARE = 0.4  # of a chunk's tokens that a repeated table header may take
GROUP_SHARE = 0.1  # and the name of the rows' group below it
_CHARACTERS_PER_TOKEN = 20  # at least one for so many, as tokenizers take a word without end for one unknown token
_PIECE_CHARACTERS = 2_000

_SENTENCE_END = re.compile(r"[.!?…][\"”’»)\]*_]*\s+|[。！？][”」』）]*\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(.])(?:\w|al|approx|cf|Co|Corp|Dr|e\.g|etc|Fig|i\.e|Inc|Ltd|Mr|Mrs|Ms|No|Nos|vs)\.\s+$"
)
_ITEM = re.compile(r"\n(?=[ \t]{0,3}(?:[-*+]|\d{1,9}[.)])[ \t])")
_LINE = re.compile(r"\n")
_CELL = re.compile(r"(?<!\\)\|[ \t]*")
_SPACE = re.compile(r"\s+")
_BORDER = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:\-]*-[\s|:\-]*")

Counter = Callable[[str], int]
Span = tuple[int, int]
_Cuts = Callable[[str], list[int]]


@dataclass(frozen=True, slots=True)
class Atom:
    """`document.text[start:end]`, without blank ends, and its `tokens`.

    `path` is the section it is packed with; a heading goes with what stands under it. `own` is the path that a
    heading opens, empty for all else. `header` is the header row to repeat where a chunk begins here, in the middle
    of a table, with the name of its rows' group on a line below, and `header_tokens` what that costs. `bond` says how
    willingly a chunk ends before this atom.
    """

    start: int
    end: int
    tokens: int
    path: tuple[str, ...]
    page: int | None
    bond: int
    own: tuple[str, ...] = ()
    header: str = ""
    header_tokens: int = 0


def atoms(document: Document, limit: int, count: Counter) -> tuple[Atom, ...]:
    """The document's text in order, every non-blank character in exactly one atom of at most `limit` tokens."""
    found: list[Atom] = []
    held = 0
    before: Block | None = None
    blocks = [_stripped(document, block) for block in document.blocks]
    for block, after in zip(blocks, [*blocks[1:], None], strict=False):
        if not (new := tuple(_of_block(document, block, limit - held, count))):
            continue
        found.append(replace(new[0], bond=NEVER if held else _bond(document, before, block)))
        found.extend(new[1:])
        short = block.kind == "heading" or new[0].tokens <= limit * LEAD_IN_SHARE
        holds = len(new) == 1 and short and _introduces(document, block, after)
        held = held + new[0].tokens if holds and held + new[0].tokens <= limit // 2 else 0
        before = block
    return _with_what_is_under(found)


def _stripped(document: Document, block: Block) -> Block:
    text = document.text[block.start : block.end]
    end = block.start + len(text.rstrip())
    return replace(block, start=min(block.start + len(text) - len(text.lstrip()), end), end=end)


def _of_block(document: Document, block: Block, limit: int, count: Counter) -> Iterator[Atom]:
    if block.start == block.end:
        return
    if block.kind == "table":
        yield from _of_table(document, block, limit, count)
        return
    own = (*block.section, heading_text(document.text[block.start : block.end])) if block.kind == "heading" else ()
    for (start, end), tokens in _pieces(document.text, (block.start, block.end), limit, _CUTS[block.kind], count):
        yield Atom(start, end, tokens, own or block.section, block.page, INSIDE, own=own)


def _of_table(document: Document, block: Block, limit: int, count: Counter) -> Iterator[Atom]:
    """A table that is too long, by rows: its header stays with the first, later ones carry it to be repeated.

    One that goes on from the page before carries the header from there from the start.
    """
    text = document.text
    told = _shortened(block.header, int(limit * HEADER_SHARE), count) if block.header else ""
    begun = (told, count(told) if told else 0)
    if (whole := _fitting(text, (block.start, block.end), limit - begun[1], count)) is not None:
        yield Atom(block.start, block.end, whole, block.section, block.page, INSIDE, (), *begun)
        return
    header, head_end = _header(text[block.start : block.end], limit, count)
    header = told or header
    header_tokens = count(header) if header else 0
    rows = block.start + head_end
    head = [*_pieces(text, (block.start, rows), limit // 2, _CUTS["table"], count)] if head_end else []
    for (start, end), tokens in head:
        yield Atom(start, end, tokens, block.section, block.page, INSIDE, (), *begun)
    room = limit - max(header_tokens, head[-1][1] if head else 0)
    told_above = _Repeated(header, int(limit * GROUP_SHARE), count)
    for number, ((start, end), tokens) in enumerate(_parts(text, (rows, block.end), room, _CUTS["table"], count)):
        repeated = told_above.before(text[start:end])
        if number == 0:
            yield Atom(start, end, tokens, block.section, block.page, NEVER if head else INSIDE)
        else:
            repeated = repeated if tokens + repeated[1] <= limit else (header, header_tokens)
            yield Atom(start, end, tokens, block.section, block.page, INSIDE, (), *repeated)


class _Repeated:
    """What is repeated where a table is cut: its header, and the name of the group of rows that is cut.

    A row that has its first cell alone names the rows below it, up to the next such row.
    """

    def __init__(self, header: str, most: int, count: Counter) -> None:
        self._header = (header, count(header) if header else 0)
        self._within = self._header
        self._most = most
        self._count = count

    def before(self, row: str) -> tuple[str, int]:
        """The text to repeat, and its tokens, if a chunk begins with this row; to be asked row by row."""
        if (name := _group_name(row)) is None:
            return self._within
        self._within = self._header
        if name and self._count(name) <= self._most:
            both = f"{self._header[0]}\n{name}" if self._header[0] else name
            self._within = (both, self._count(both))
        return self._header


def _group_name(row: str) -> str | None:
    """The first of a row's cells where all others are blank; null for any other row."""
    parts = _BORDER.split(row.strip())
    if len(parts) < 4 or parts[0] or parts[-1]:  # a piece of a long row, or one cell
        return None
    first, *others = (cell.strip() for cell in parts[1:-1])
    return None if any(others) else first


def _header(table: str, limit: int, count: Counter) -> tuple[str, int]:
    """The header row as it is repeated, and where the header ends with its rule; ("", 0) for a table without one.

    The rule is not repeated: its dashes cost tokens and say nothing. A header too long to repeat is cut between cells.
    """
    lines = table.split("\n", 2)
    if len(lines) < 3 or not _RULE.fullmatch(lines[1]):
        return "", 0
    return _shortened(lines[0].strip(), int(limit * HEADER_SHARE), count), len(lines[0]) + 1 + len(lines[1])


def _shortened(header: str, most: int, count: Counter) -> str:
    """The header row with as many of its first cells as have `most` tokens or fewer, sought by halves."""
    inner = header.rstrip(" |")
    ends = [0, *(match.start() for match in re.finditer(r"\|", inner)), len(header)]
    most_cells = bisect_right(ends, most, lo=1, key=lambda end: count(header[:end].rstrip())) - 1
    return header[: ends[most_cells]].rstrip()


def _pieces(text: str, span: Span, limit: int, cuts: Sequence[_Cuts], count: Counter) -> Iterator[tuple[Span, int]]:
    """The span whole where it fits, else in parts; each with its tokens."""
    if (tokens := _fitting(text, span, limit, count)) is not None:
        yield span, tokens
    else:
        yield from _parts(text, span, limit, cuts, count)


def _parts(text: str, span: Span, limit: int, cuts: Sequence[_Cuts], count: Counter) -> Iterator[tuple[Span, int]]:
    """The span cut in the coarsest way of `cuts`, and each part again until it has at most `limit` tokens."""
    now, finer = (cuts[0], cuts[1:]) if cuts else (_bisections, ())
    inner = text[slice(*span)]
    for start, end in pairwise([0, *now(inner), len(inner)]):
        if part := inner[start:end].strip():
            left = span[0] + inner.index(part, start)
            yield from _pieces(text, (left, left + len(part)), limit, finer, count)


def _fitting(text: str, span: Span, limit: int, count: Counter) -> int | None:
    """The span's tokens, or None where they are more than `limit`, which needs no counting where it is very long.

    A single character always fits.
    """
    length = span[1] - span[0]
    if length > max(limit, 1) * _CHARACTERS_PER_TOKEN:
        return None
    tokens = max(count(text[span[0] : span[1]]), length // _CHARACTERS_PER_TOKEN)
    return tokens if tokens <= limit or length <= 1 else None


def _sentence_ends(text: str) -> list[int]:
    """Where sentences end: after their punctuation, unless an abbreviation wears it or a lower-case letter goes on."""
    return [
        match.end()
        for match in _SENTENCE_END.finditer(text)
        if not text[match.end() : match.end() + 1].islower()
        and not _ABBREVIATION.search(text, max(match.start() - 8, 0), match.end())
    ]


def _at(pattern: re.Pattern[str]) -> _Cuts:
    return lambda text: [match.end() for match in pattern.finditer(text)]


def _bisections(text: str) -> list[int]:
    """Two halves, or parts of about 2,000 characters where it is longer, between words where there are words."""
    parts = max(2, -(-len(text) // _PIECE_CHARACTERS))
    cuts: list[int] = []
    for number in range(1, parts):
        target = len(text) * number // parts
        space = _SPACE.search(text, target, min(len(text), target + len(text) // (4 * parts) + 1))
        cuts.append(space.end() if space else target)
    return cuts


_CUTS: dict[BlockKind, tuple[_Cuts, ...]] = {
    "heading": (_sentence_ends,),
    "paragraph": (_sentence_ends, _at(_LINE)),
    "caption": (_sentence_ends, _at(_LINE)),
    "list": (_at(_ITEM), _at(_LINE), _sentence_ends),
    "table": (_at(_LINE), _at(_CELL)),
    "code": (_at(_LINE),),
}


def _bond(document: Document, before: Block | None, block: Block) -> int:
    if before is None:
        return BETWEEN
    belongs = _introduces(document, before, block) or (before.kind == "table" and block.kind == "caption")
    return CLOSE if belongs else BETWEEN


def _introduces(document: Document, block: Block, after: Block | None) -> bool:
    """A heading, a caption above its table, or a paragraph that ends in a colon before what it announces."""
    if after is None or block.kind == "heading":
        return after is not None
    if block.kind == "caption":
        return after.kind == "table"
    announced = block.kind == "paragraph" and after.kind in ("list", "table", "code")
    return announced and document.text[block.start : block.end].rstrip("*_ ").endswith(":")


def _with_what_is_under(found: Sequence[Atom]) -> tuple[Atom, ...]:
    """Headings packed with the section of what follows them."""
    placed: list[Atom] = []
    for atom in reversed(found):
        placed.append(replace(atom, path=placed[-1].path) if atom.own and placed and placed[-1].bond == NEVER else atom)
    return tuple(reversed(placed))
