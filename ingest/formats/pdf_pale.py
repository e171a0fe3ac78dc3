"""White text: seen where something dark lies behind it, hidden on white paper."""

from collections.abc import Sequence
from typing import Any

from ingest.formats.pdf_geometry import Box
from ingest.formats.pdf_words import PageWords

_CONTRAST = 12
"""Of 255: the least difference between a word and what lies around it that an eye sees."""
_LARGEST = 2000
"""Pixels of a page's longer side when it is drawn to be looked at."""


def hide_pale(page: Any, words: PageWords, fills: Sequence[Box]) -> None:
    """Take white words that can't be seen from `upright` and `turned` to `unseen`.

    Over a shaded rectangle they are taken as seen; for all others the page is drawn once and looked at.
    """
    doubtful = [word for word in words.pale if not any(_over(word.box, fill) for fill in fills)]
    if not doubtful:
        return
    drawn = _drawn(page)
    hidden = {id(word) for word in doubtful if not _is_seen(word.box, *drawn)}
    words.unseen += [word for word in doubtful if id(word) in hidden]
    words.upright = [word for word in words.upright if id(word) not in hidden]
    for angle, turned in words.turned.items():
        words.turned[angle] = [word for word in turned if id(word) not in hidden]


def _over(box: Box, fill: Box) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.top + box.bottom) / 2
    return fill.x0 <= x <= fill.x1 and fill.top <= y <= fill.bottom


def _drawn(page: Any) -> tuple[Any, float]:
    """The page as (height, width) of grey values, and its pixels per point."""
    scale = min(2.0, _LARGEST / max(1.0, *page.get_size()))
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    try:
        return bitmap.to_numpy().copy(), scale
    finally:
        bitmap.close()


def _is_seen(box: Box, pixels: Any, scale: float) -> bool:
    """Whether there is any contrast where the word stands."""
    height, width = pixels.shape[:2]
    left, right = max(0, int(box.x0 * scale)), min(width, int(box.x1 * scale) + 1)
    top, bottom = max(0, int(box.top * scale)), min(height, int(box.bottom * scale) + 1)
    part = pixels[top:bottom, left:right]
    return bool(part.size) and int(part.max()) - int(part.min()) > _CONTRAST
