"""The words of a PDF's blocks that stand under a link, as Markdown links."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingest.formats.links import linked
from ingest.formats.pdf_blocks import PageBlock
from ingest.formats.pdf_places import PlacedPage

_SCHEME = re.compile(r"\A(?:https?://|mailto:)?(?:www\.)?", re.IGNORECASE)
_LOOKS = ("text", "item", "caption")
"""Blocks whose words become links: in tables the addresses would part a row's cells."""


class _Span(NamedTuple):
    """A stretch of a block's text under a link."""

    start: int
    end: int
    target: str


def with_links(
    blocks: Sequence[PageBlock], headings: Collection[int], pages: Sequence[PlacedPage]
) -> tuple[list[PageBlock], list[PlacedPage]]:
    """The blocks with links in their texts, and their words where they stand then. `headings` are left as they are."""
    if not any(page.links for page in pages):
        return list(blocks), list(pages)
    new = list(blocks)
    moved: list[PlacedPage] = []
    groups = groupby(enumerate(blocks), key=lambda entry: entry[1].page)
    for (_, group), page in zip(groups, pages, strict=True):
        places = [place for place, _ in group]
        words = page.words.copy()
        under = _targets(page)
        for number, place in enumerate(places):
            if blocks[place].look in _LOOKS and place not in headings:
                own = np.flatnonzero(words[:, 0] == number)
                spans = list(_spans(blocks[place].text, words[own], [under[row] for row in own.tolist()]))
                new[place], words[own] = _with_spans(blocks[place], words[own], spans)
        moved.append(page._replace(words=words))
    return new, moved


def _targets(page: PlacedPage) -> list[str]:
    """For each word the address of the link that its middle lies in, else ""."""
    middle_x, middle_y = (page.words[:, 3] + page.words[:, 5]) / 2, (page.words[:, 4] + page.words[:, 6]) / 2
    found = [""] * len(page.words)
    for box, target in page.links:
        inside = (middle_x >= box.x0) & (middle_x <= box.x1) & (middle_y >= box.top) & (middle_y <= box.bottom)
        for row in np.flatnonzero(inside).tolist():
            found[row] = target
    return found


def _spans(text: str, words: npt.NDArray[np.float32], under: Sequence[str]) -> Iterator[_Span]:
    """Consecutive words under one address, where the words do not say the address themselves."""
    rows = zip(words[:, 1].astype(int).tolist(), words[:, 2].astype(int).tolist(), under, strict=True)
    for target, group in groupby(((row[0], row[1], row[2]) for row in rows if row[0] >= 0), key=lambda row: row[2]):
        run = list(group)
        start, end = run[0][0], run[-1][1]
        shown = text[start:end]
        if target and not re.search(r"[\[\]\n]", shown) and not _says(shown, target):
            yield _Span(start, end, target.replace("(", "%28"))


def _says(words: str, target: str) -> bool:
    """Whether the words are the address, as print shows it."""
    return _bare("".join(words.split())) == _bare(target)


def _bare(address: str) -> str:
    return _SCHEME.sub("", address).strip("/.,;").lower()


def _with_spans(
    block: PageBlock, words: npt.NDArray[np.float32], spans: Sequence[_Span]
) -> tuple[PageBlock, npt.NDArray[np.float32]]:
    """The block's text with links, and its words moved by what was put in before them."""
    text, added, moved = block.text, 0, words.copy()
    for start, end, target in spans:
        now = linked(block.text[start:end], target)
        put_in = len(now) - (end - start)
        text = text[: start + added] + now + text[end + added :]
        inside, behind = (words[:, 1] >= start) & (words[:, 1] < end), words[:, 1] >= end
        moved[inside, 1:3] += 1 if put_in else 0
        moved[behind, 1:3] += put_in
        added += put_in
    return block._replace(text=text), moved
