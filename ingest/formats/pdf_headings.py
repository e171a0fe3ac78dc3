"""Which blocks are headings, and of which level: by the outline, else by size, weight, capitals and numbering."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ingest.formats.pdf_blocks import PageBlock
from ingest.formats.pdf_geometry import Bookmark

_MAX_WORDS = 30
_MAX_BOLD_WORDS = 16
_MAX_LINES = 3
_LARGER = 1.12
_AROUND = 2
"""Pages before and after that settle what size the body has."""
_DEEPEST = 5
"""The level of all looks below the fourth; rare looks share the level of the next larger one."""
_NUMBERING = re.compile(
    r"(?:[A-Z]?\d+(?:\.\d+)*\.?|[A-Z]\.|[IVX]+\.|(?:chapter|part|section|item|appendix|note)\s+\w+[.:]?)\s",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"[A-Z]?(\d+(?:\.\d+)*)\.?\s+\D")


class _Look(NamedTuple):
    """What makes headings of one level look alike; smaller sorts first, as the higher level. `size`: of the body's."""

    size: float
    plain: bool
    lower: bool
    italic: bool


def heading_levels(blocks: Sequence[PageBlock], outline: Sequence[Bookmark]) -> dict[int, int]:
    """Levels 1-6 by index of the blocks that are headings."""
    levels = _by_outline(blocks, outline)
    bodies = _body_sizes(blocks)
    contents = _contents_pages(blocks)
    candidates = {
        index: _look(block, bodies[block.page])
        for index, block in enumerate(blocks)
        if _may_be_heading(block, bodies[block.page]) and not (block.page in contents and block.text[-1:].isdigit())
    }
    named = _levels_of_looks(candidates, levels)
    for index, look in candidates.items():
        if index not in levels and look in named:
            levels[index] = named[look]
    return levels


def _by_outline(blocks: Sequence[PageBlock], outline: Sequence[Bookmark]) -> dict[int, int]:
    """Blocks that say what a bookmark to their page says."""
    wanted: dict[int, list[tuple[str, int]]] = {}
    for mark in outline:
        if mark.page is not None and (key := _key(mark.title)):
            wanted.setdefault(mark.page, []).append((key, mark.level))
    lowest = min((level for marks in wanted.values() for _, level in marks), default=0)
    found: dict[int, int] = {}
    for index, block in enumerate(blocks):
        if block.look in ("table", "hidden") or block.lines > 5 or block.page not in wanted:
            continue
        key = _key(f"{block.marker} {block.text}")
        for title, level in wanted[block.page]:
            if key == title or (key.endswith(title) and len(key) - len(title) <= 4 and len(title) > 3):
                found[index] = min(6, level - lowest + 1)
                wanted[block.page].remove((title, level))
                break
    return found


def _key(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _body_sizes(blocks: Sequence[PageBlock]) -> dict[int, float]:
    """The size of most text around each page: a filing's exhibits are set in another than its body."""
    weights: dict[int, Counter[float]] = {}
    for block in blocks:
        weight = weights.setdefault(block.page, Counter())
        if block.look not in ("table", "hidden"):
            weight[block.size] += len(block.text)
    sizes: dict[int, float] = {}
    for page in weights:
        around: Counter[float] = Counter()
        for near in range(page - _AROUND, page + _AROUND + 1):
            around.update(weights.get(near, {}))
        sizes[page] = around.most_common(1)[0][0] if around else 10.0
    return sizes


def _contents_pages(blocks: Sequence[PageBlock]) -> set[int]:
    """Pages with a table of contents: several lines whose dots lead to a number."""
    led = Counter(block.page for block in blocks if "…" in block.text and block.text[-1:].isdigit())
    return {page for page, count in led.items() if count >= 4}


def _may_be_heading(block: PageBlock, body: float) -> bool:
    if block.look not in ("text", "item") or (block.look == "item" and not block.marker[:1].isalnum()):
        return False
    text = block.text
    words = len(text.split())
    if block.lines > _MAX_LINES or words > _MAX_WORDS or sum(map(str.isalpha, text)) < 3:
        return False
    if text.endswith((",", ";", "-", "(")) or text[0].islower() or "…" in text:
        return False
    if block.size >= _LARGER * body:
        return not (text.endswith(".") and words > 8)
    if not block.bold or block.size < 0.92 * body or words > _MAX_BOLD_WORDS:
        return False
    return not text.endswith((".", ":")) or (bool(_NUMBERING.match(text)) and words <= 8)


def _look(block: PageBlock, body: float) -> _Look:
    letters = [character for character in block.text if character.isalpha()]
    capitals = sum(map(str.isupper, letters)) > 0.8 * len(letters)
    return _Look(-round(10 * block.size / body) / 10, not block.bold, not capitals, block.italic)


def _levels_of_looks(candidates: dict[int, _Look], levels: dict[int, int]) -> dict[_Look, int]:
    """A level for each look: as most of its kind have by the outline, else by rank below the larger ones."""
    known: dict[_Look, Counter[int]] = {}
    for index, level in levels.items():
        if index in candidates:
            known.setdefault(candidates[index], Counter())[level] += 1
    counts = Counter(candidates.values())
    often = max(2, len(candidates) // 50)
    named: dict[_Look, int] = {}
    level = 0
    for look in sorted(counts):
        if look in known:
            level = known[look].most_common(1)[0][0]
        elif counts[look] >= often or (not named and -look.size >= _LARGER):  # a title stands above all else
            level = min(_DEEPEST, level + 1)
        named[look] = max(1, level)
    return named
