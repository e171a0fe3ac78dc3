"""Stretches of Markdown that are found again in the HTML made of it.

Where a stretch begins and ends a private-use character goes into the source; the renderer carries it along as text,
and afterwards what stands between becomes `<mark>`. A character of that kind that a document has is shown as unknown.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["quote", "unseen"]
_SIGNS: dict[Kind, tuple[str, str]] = {"quote": ("\ue000", "\ue001"), "unseen": ("\ue002", "\ue003")}
_ANY = re.compile("[\ue000-\ue003]")
_OPENING = {opening: kind for kind, (opening, _) in _SIGNS.items()}
_CLOSING = {closing: kind for kind, (_, closing) in _SIGNS.items()}
_TAGS = {
    "quote": ('<mark class="quote">', "</mark>"),
    "unseen": ('<span class="hidden-text" title="not visible in the original">', "</span>"),
}
_PIECES = re.compile("(<[^>]*>|[\ue000-\ue003])")
_WORD = re.compile(r"\w")
# Where a character more would change what Markdown reads: a list's number, a link's target, an entity.
_KEPT_WHOLE = re.compile(
    r"(?m)^[ \t>]*\d+[.)](?=[ \t])|\]\([^)\n]*\)|<[a-z]+:[^>\s]*>|&#?\w+;|^[ \t>]*(?:`{3,}|~{3,}).*$"
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """`start` and `end` are offsets in the text that is marked, half open."""

    start: int
    end: int
    kind: Kind


def signed(markdown: str, stretches: Iterable[Stretch]) -> str:
    """The Markdown with a sign at both ends of each stretch, set close to its first and its last word."""
    clean = _ANY.sub("\ufffd", markdown)
    kept = [match.span() for match in _KEPT_WHOLE.finditer(clean)]
    signs: list[tuple[int, int, str]] = []
    for stretch in stretches:
        place = _narrowed(clean, stretch, kept)
        if place is not None:
            opening, closing = _SIGNS[stretch.kind]
            signs += [(place[0], 1, opening), (place[1], 0, closing)]
    for offset, _, sign in sorted(signs, reverse=True):
        clean = clean[:offset] + sign + clean[offset:]
    return clean


def marked(html: str) -> str:
    """HTML in which all text between two signs is marked; the signs are gone. Its tags must be a cleaner's."""
    return "".join(_marked(_PIECES.split(html)))


def _narrowed(text: str, stretch: Stretch, kept: list[tuple[int, int]]) -> tuple[int, int] | None:
    """From the first word's first character to the last word's end, out of what must stay whole; null for no word."""
    start, end = max(0, stretch.start), min(len(text), stretch.end)
    first = _WORD.search(text, start, end)
    while first is not None and (past := _inside(first.start(), kept)):
        first = _WORD.search(text, past[1], end)
    if first is None:
        return None
    last = end
    while last > first.start():
        if not _WORD.match(text[last - 1]):
            last -= 1
        elif (past := _inside(last - 1, kept)) and past[0] >= first.start():
            last = past[0]
        else:
            return first.start(), last
    return None


def _inside(offset: int, kept: list[tuple[int, int]]) -> tuple[int, int] | None:
    return next((span for span in kept if span[0] <= offset < span[1]), None)


def _marked(pieces: list[str]) -> Iterator[str]:
    open_kinds: list[Kind] = []
    for piece in pieces:
        if piece in _OPENING:
            open_kinds.append(_OPENING[piece])
        elif piece in _CLOSING:
            if _CLOSING[piece] in open_kinds:
                open_kinds.remove(_CLOSING[piece])
        elif piece.startswith("<"):
            yield _ANY.sub("", piece)
        elif piece.strip() and open_kinds:
            before, after = zip(*(_TAGS[kind] for kind in open_kinds), strict=True)
            yield "".join(before) + piece + "".join(reversed(after))
        else:
            yield piece
