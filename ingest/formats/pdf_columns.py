"""Reading order: a page cut into regions, each of one column, in the order in which they are read.

A gutter is a white vertical strip with prose on both of its sides. The one that has most text beside it is cut first;
what lies above and below the strip is read before and after, and every part is cut again.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingest.formats.pdf_cells import is_value
from ingest.formats.pdf_geometry import Box, Word
from ingest.formats.pdf_rows import make_rows, segments

_MAX_DEPTH = 8
_MIN_WORDS = 24
"""On each side of a gutter."""
_MIN_LINES = 3
_MAX_TRIES = 6
_FAR = 2.5
"""Lines of white between columns and what stands above or below them."""
_FULL = 0.72
"""Of the widest lines of a column: what a line of running text fills."""
_CROSSED = 0.85
"""Of the lines: where more of them cross a place no gutter is looked for."""
_SPARSE = 0.4
"""Of the lines beside it: a side with fewer is side heads."""
_STEP = 3.0
_PLACES = 400
"""Points between two places tried for a gutter, and how many are tried at most."""

Spans = npt.NDArray[np.float64]
"""(n, 4): left, top, right, bottom of each item."""


class Block(NamedTuple):
    """Something with a place: words that are read together, or a table found before, by its number."""

    box: Box
    words: tuple[Word, ...]
    table: int = -1


def reading_order(words: Sequence[Word], tables: Sequence[Box]) -> list[Block]:
    """Words cut into regions, with the tables' boxes at their places among them."""
    items = [_Item(word.x0, word.top, word.x1, word.bottom, word, -1) for word in words]
    items += [_Item(*box, None, number) for number, box in enumerate(tables)]
    return list(_cut(items, 0)) if items else []


class _Item(NamedTuple):
    x0: float
    top: float
    x1: float
    bottom: float
    word: Word | None
    table: int


def _cut(items: list[_Item], depth: int) -> list[Block]:
    gutter = _gutter(items) if depth < _MAX_DEPTH else None
    if gutter is None:
        return _stacked(items)
    x, top, bottom = gutter
    top, bottom = _shared_band([item for item in items if item.bottom > top + 1 and item.top < bottom - 1], x)
    above = [item for item in items if item.bottom <= top + 1]
    below = [item for item in items if item.top >= bottom - 1]
    left = [item for item in items if item.bottom > top + 1 and item.top < bottom - 1 and (item.x0 + item.x1) / 2 < x]
    right = [item for item in items if item.bottom > top + 1 and item.top < bottom - 1 and (item.x0 + item.x1) / 2 >= x]
    sides = _interleaved(left, right) or [left, right]
    return [block for part in (above, *sides, below) if part for block in _cut(part, depth + 1)]


def _shared_band(items: list[_Item], x: float) -> tuple[float, float]:
    """Top and bottom of what stands beside the gutter, less what at either end is far off and on one side only."""
    strips = _clusters(items, _FAR)
    while len(strips) > 1 and _one_sided(strips[0], x):
        strips.pop(0)
    while len(strips) > 1 and _one_sided(strips[-1], x):
        strips.pop()
    return min(item.top for item in strips[0]), max(item.bottom for item in strips[-1])


def _one_sided(items: list[_Item], x: float) -> bool:
    return len({(item.x0 + item.x1) / 2 < x for item in items}) == 1


def _interleaved(left: list[_Item], right: list[_Item]) -> list[list[_Item]]:
    """Side heads, each before the text beside it, where one side holds but a few lines here and there; else none."""
    sparse, dense = sorted((left, right), key=_line_count)
    if sparse is not left or _line_count(sparse) > _SPARSE * _line_count(dense):
        return []
    heads = _clusters(sparse, 0.8)
    tops = [min(item.top for item in head) - 2 for head in heads]
    parts: list[list[_Item]] = [[item for item in dense if item.top < tops[0]]]
    for head, start, stop in zip(heads, tops, [*tops[1:], float("inf")], strict=True):
        parts += [head, [item for item in dense if start <= item.top < stop]]
    return parts


def _line_count(items: list[_Item]) -> int:
    return len({round(item.bottom / 4) for item in items})


def _clusters(items: list[_Item], gap: float) -> list[list[_Item]]:
    """Items parted where a white strip runs below them that is higher than `gap` lines; at least one item."""
    clusters: list[list[_Item]] = []
    bottom = float("-inf")
    for item in sorted(items, key=lambda item: item.top):
        if not clusters or item.top - bottom > gap * (item.bottom - item.top):
            clusters.append([])
        clusters[-1].append(item)
        bottom = max(bottom, item.bottom)
    return clusters


def _stacked(items: list[_Item]) -> list[Block]:
    """One column: the words between two tables are one block."""
    tables = sorted((item for item in items if item.word is None), key=lambda item: item.top)
    rest = [item for item in items if item.word is not None]
    blocks: list[Block] = []
    for table in tables:
        middle = (table.top + table.bottom) / 2
        before = [item for item in rest if (item.top + item.bottom) / 2 < middle]
        rest = [item for item in rest if (item.top + item.bottom) / 2 >= middle]
        blocks += _words_block(before)
        blocks.append(Block(Box(*table[:4]), (), table.table))
    return blocks + _words_block(rest)


def _words_block(items: list[_Item]) -> list[Block]:
    words = tuple(item.word for item in items if item.word is not None)
    if not words:
        return []
    box = Box(
        min(item.x0 for item in items),
        min(item.top for item in items),
        max(item.x1 for item in items),
        max(item.bottom for item in items),
    )
    return [Block(box, words)]


def _gutter(items: list[_Item]) -> tuple[float, float, float] | None:
    """(x, top, bottom) of the best gutter, or none."""
    if len(items) < 2 * _MIN_WORDS:
        return None
    spans = np.array([item[:4] for item in items])
    weighed = [(_weighed(items, spans, gutter), gutter) for gutter in _candidates(spans)]
    best = max(weighed, default=(0.0, (0.0, 0.0, 0.0)))
    return best[1] if best[0] > 0 else None


def _candidates(spans: Spans) -> list[tuple[float, float, float]]:
    """White strips with enough items on both sides, the promising first; of neighbours the one in the middle."""
    size = float(np.median(spans[:, 3] - spans[:, 1]))
    left, right = float(spans[:, 0].min()), float(spans[:, 2].max())
    middle = (spans[:, 0] + spans[:, 2]) / 2
    strips: dict[tuple[int, int], list[float]] = {}
    lines = len(np.unique(np.round(spans[:, 3] / 4)))
    falling = spans[np.argsort(spans[:, 1])]
    for x in np.arange(left + 6 * size, right - 6 * size, max(_STEP, (right - left) / _PLACES)).tolist():
        if np.count_nonzero((spans[:, 0] < x) & (spans[:, 2] > x)) > _CROSSED * lines:
            continue
        for top, bottom in _free_bands(falling, x, 0.45 * size):
            strips.setdefault((round(top), round(bottom)), []).append(x)
    ranked: list[tuple[float, tuple[float, float, float]]] = []
    for (top, bottom), places in strips.items():
        x = places[len(places) // 2]
        inside = (spans[:, 1] >= top - 1) & (spans[:, 3] <= bottom + 1)
        fewest = min(int((inside & (middle < x)).sum()), int((inside & (middle >= x)).sum()))
        if fewest >= _MIN_WORDS:
            ranked.append((fewest, (x, float(top), float(bottom))))
    return [gutter for _, gutter in sorted(ranked, reverse=True)[:_MAX_TRIES]]


def _free_bands(spans: Spans, x: float, half: float) -> list[tuple[float, float]]:
    """Where no item crosses the strip of width 2 half around x: (top, bottom), at least four lines high.

    Spans are in order of their tops.
    """
    across = (spans[:, 0] < x + half) & (spans[:, 2] > x - half)
    starts = np.append(spans[across, 1], spans[:, 3].max())
    reached = np.maximum.accumulate(np.append(spans[0, 1], spans[across, 3]))
    free = starts - reached > 8 * half
    return list(zip(reached[free].tolist(), starts[free].tolist(), strict=True))


def _weighed(items: list[_Item], spans: Spans, gutter: tuple[float, float, float]) -> float:
    """How much text the gutter parts; 0 where it is none."""
    x, top, bottom = gutter
    inside = (spans[:, 1] >= top - 1) & (spans[:, 3] <= bottom + 1)
    middle = (spans[:, 0] + spans[:, 2]) / 2
    sides = [np.flatnonzero(inside & (middle < x)).tolist(), np.flatnonzero(inside & (middle >= x)).tolist()]
    if min(map(len, sides)) < _MIN_WORDS:
        return 0.0
    looks = [_look([items[index] for index in side]) for side in sides]
    if min(look.lines for look in looks) < _MIN_LINES or not _parts_prose(looks):
        return 0.0
    used = min(max(looks[0].bases), max(looks[1].bases)) - max(min(looks[0].bases), min(looks[1].bases))
    return used * min(map(len, sides)) / max(1, max(map(len, sides))) if used > 0 else 0.0


class _Look(NamedTuple):
    lines: int
    prose: float
    values: float
    bases: list[float]


def _look(items: list[_Item]) -> _Look:
    """Number of rows, shares of their segments that fill a line with running text and that are values, baselines."""
    rows = make_rows(item.word for item in items if item.word is not None)
    if not rows:
        return _Look(0, 0.0, 0.0, [])
    parts = [part for row in rows for part in segments(row, 1.5 * row.size)]
    widths = sorted(part.x1 - part.x0 for part in parts)
    wide = _FULL * widths[len(widths) * 9 // 10]
    prose = sum(
        part.x1 - part.x0 >= wide and sum(word.text.strip(".,;:()").isalpha() for word in part.words) >= 3
        for part in parts
    )
    values = sum(is_value(part.text) for part in parts)
    return _Look(len(rows), prose / len(parts), values / len(parts), [row.base for row in rows])


def _parts_prose(looks: list[_Look]) -> bool:
    """Whether both sides are running text, or one is and the other's lines do not run level with its lines."""
    less, more = sorted(look.prose for look in looks)
    values = max(look.values for look in looks)
    if values >= 0.4 or (less >= 0.65 and values < 0.25):
        return values < 0.4
    return (less >= 0.5 or (more >= 0.6 and less >= 0.25)) and _apart(looks)


def _apart(looks: list[_Look]) -> bool:
    """Whether the baselines of the two sides do not run side by side, as those of a table's columns do."""
    fewer, more = sorted((look.bases for look in looks), key=len)
    shared = sum(any(abs(base - other) < 1.5 for other in more) for base in fewer)
    return shared < 0.6 * len(fewer)
