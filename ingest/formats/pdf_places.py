"""Where the words of a page's blocks stand: found again in the text that was made of them."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingest.formats.pdf_blocks import PageBlock
from ingest.formats.pdf_geometry import SOFT_HYPHEN, Box, Link, ReadPage, Word
from ingest.markdown import clean_text
from retrieval.models import PageBoxes, WordBox

_WINDOW = 24
_TABLE_WINDOW = 600
"""Characters in which a word is looked for beyond the last one: signs of Markdown may stand between, in tables many."""
_HYPHENS = f"-\u2010{SOFT_HYPHEN}"


class PlacedPage(NamedTuple):
    """The words of one page, (n, 7) float32: number of the block on its page, start and end in its text, box.

    The box's edges (left, top, right, bottom) are points on the page as it is shown, which is `width` by `height`.
    `links` are those of the page.
    """

    page: int
    width: float
    height: float
    words: npt.NDArray[np.float32]
    links: tuple[Link, ...] = ()


def placed(page: ReadPage, blocks: Sequence[PageBlock]) -> PlacedPage:
    """The blocks' words in the order of their texts; one that is not found in its text is left out."""
    shifted = {id(word) for word in page.words} if any(page.shift) else set()
    rows = [
        (number, start, end, *_box(word, page.shift if id(word) in shifted else (0.0, 0.0)))
        for number, block in enumerate(blocks)
        for word, start, end in _found(block)
    ]
    width, height = page.shown if any(page.shown) else (page.width, page.height)
    return PlacedPage(page.number, width, height, np.array(rows, dtype=np.float32).reshape(-1, 7), page.links)


def page_boxes(text: str, blocks: Sequence[PageBlock], pages: Sequence[PlacedPage]) -> Iterator[PageBoxes]:
    """The words of each page in the stored text, in which the blocks' texts stand one after the other."""
    at = 0
    by_page = groupby(blocks, key=lambda block: block.page)
    for (_, group), page in zip(by_page, pages, strict=True):
        starts: list[int] = []
        for block in group:
            start = text.find(block.text, at)
            at = at if start < 0 else start + len(block.text)
            starts.append(start)
        yield PageBoxes(page.page, page.width, page.height, tuple(_words(page, starts)))


def _words(page: PlacedPage, starts: Sequence[int]) -> Iterator[WordBox]:
    width, height = max(page.width, 1.0), max(page.height, 1.0)
    edges = np.nan_to_num(page.words[:, 3:].astype(np.float64)) / (width, height, width, height)
    places = page.words[:, :3].astype(np.int64).tolist()
    for (number, start, end), (left, top, right, bottom) in zip(places, np.clip(edges, 0.0, 1.0).tolist(), strict=True):
        if (base := starts[number]) >= 0:
            yield WordBox(base + start, base + end, left, top, right, bottom)


def _box(word: Word, shift: tuple[float, float]) -> Box:
    if not any(shift):
        return word.box
    dx, dy = shift
    return word._replace(x0=word.x0 - dx, x1=word.x1 - dx, base=word.base - dy).box


def _found(block: PageBlock) -> Iterator[tuple[Word, int, int]]:
    """Each word with its place in the text, in order. What was left out of the text may be passed over.

    A heading's or item's number stands before the text: its place is negative.
    """
    text, at, missed = block.text, 0, 0
    window = _TABLE_WINDOW if block.look == "table" else _WINDOW
    words = block.words
    if words and block.marker == words[0].text:
        yield words[0], -len(block.marker) - 1, -1
        words = words[1:]
    for word in words:
        key = word.text.rstrip(_HYPHENS)
        key = key if key.isascii() else clean_text(key)
        start = text.find(key, at, at + len(key) + missed + window) if key else -1
        passed = sum(map(str.isalnum, text[at:start])) if start > at else 0
        if start < 0 or passed > missed or _goes_on(text, key, start, hyphenated=len(key) < len(word.text)):
            missed += sum(map(str.isalnum, key))
            continue
        at = start + len(key)
        missed = 0
        yield word, start, at


def _goes_on(text: str, key: str, start: int, *, hyphenated: bool) -> bool:
    """Whether what was found is but the beginning of a longer word."""
    after = text[start + len(key) : start + len(key) + 1]
    return not hyphenated and after.isascii() and after.isalnum() and key[-1].isalnum()
