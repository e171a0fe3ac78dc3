"""Where a table without walls may stand: rows cut at wide gaps, and stretches of rows cut alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.formats.pdf_cells import is_value
from ingest.formats.pdf_rows import Row, segments

_BULLET = re.compile(r"(?:[•●○◦▪■□–—*·‣⁃\uf0b7\uf0a7\uf0d8o-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,2})\Z")
_LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}|_{4,}")
_BEFORE_NUMBER = re.compile(r"(?:[$€£¥(]|US\$|\(\$|\$\s?\(|[A-Z]{3}\s?[$€£])\Z")
_AFTER_NUMBER = re.compile(r"(?:[)%]|%\)|\)%|\)\s?%|bps|pts?\.?|x|\(?[a-z\d]\)|\*+|†|‡)\Z")
_SIGNS = frozenset({"$", "€", "£", "¥", "US$"})
_NUMBER_START = re.compile(r"[\d(—–.-]")
_PROSE_WORDS = 9
_MAX_LOOSE = 6
"""Rows without a second segment that may follow each other inside a table."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A row with its segments from left to right."""

    row: Row
    parts: tuple[Row, ...]


def cut_rows(rows: Sequence[Row], gap: float) -> list[Cut]:
    """Rows with their segments; `gap` is the least white space in points between two columns."""
    return [Cut(row, tuple(_with_signs(segments(row, _gap_of(row, gap))))) for row in rows]


def stretches(cuts: Sequence[Cut]) -> list[tuple[int, int]]:
    """Where tables may stand: (first, last exclusive), from top to bottom, not overlapping."""
    found: list[tuple[int, int]] = []
    for first, last in _runs(cuts):
        for start, stop in _consistent(cuts, first, last):
            found.append((_with_head(cuts, start, stop, floor=found[-1][1] if found else 0), stop))
    return found


def _gap_of(row: Row, gap: float) -> float:
    """The gap that parts two columns in this row: wider where a line of text is stretched to the column's edge."""
    gaps = sorted(after.x0 - before.x1 for before, after in pairwise(row.words))
    if len(gaps) < 5 or sum(word.text.strip(".,;:()").isalpha() for word in row.words) < 0.7 * len(row.words):
        return gap
    return max(gap, min(2.2 * gaps[len(gaps) // 4], 1.5 * row.size))


def _with_signs(parts: list[Row]) -> list[Row]:
    """Segments with a currency sign put to the number after it, and a bracket or percent sign to the one before."""
    joined: list[Row] = []
    for part in _signs_freed(parts):
        if joined and (_signed(joined[-1], part) or _suffixed(joined[-1], part)):
            joined[-1] = Row((*joined[-1].words, *part.words), part.base, part.size)
        else:
            joined.append(part)
    return joined


def _signs_freed(parts: list[Row]) -> list[Row]:
    """A currency sign at a label's end, the number far behind it, put to the number."""
    freed = list(parts)
    for place in range(len(freed) - 1):
        left, right = freed[place], freed[place + 1]
        if len(left.words) > 1 and left.words[-1].text in _SIGNS and _NUMBER_START.match(right.text):
            freed[place] = left._replace(words=left.words[:-1])
            freed[place + 1] = right._replace(words=(left.words[-1], *right.words))
    return freed


def _signed(left: Row, right: Row) -> bool:
    """A currency sign or bracket and the number that it stands before, at the far side of the cell as may be."""
    return len(left.text) <= 5 and bool(_BEFORE_NUMBER.search(left.text) and _NUMBER_START.match(right.text))


def _suffixed(left: Row, right: Row) -> bool:
    near = right.x0 - left.x1 < 2.5 * right.size
    return near and bool(_AFTER_NUMBER.match(right.text)) and _ends_in_number(left.text)


def _ends_in_number(text: str) -> bool:
    return bool(re.search(r"\d[\d.,]*\)?\s*\Z|[—–-]\s*\Z", text))


def _tabular(cut: Cut) -> bool:
    if len(cut.parts) < 2 or _LEADER.search(cut.row.text):
        return False
    return not (len(cut.parts) == 2 and _BULLET.match(cut.parts[0].text) and not is_value(cut.parts[1].text))


def _runs(cuts: Sequence[Cut]) -> list[tuple[int, int]]:
    """Stretches of rows that begin with a row of several segments and have few others between such rows."""
    runs: list[tuple[int, int]] = []
    first = last = end = -1
    for index, cut in enumerate(cuts):
        if first >= 0 and not _goes_on(cuts, last, end, index):
            runs.append((first, end + 1))
            first = -1
        if _tabular(cut):
            first = index if first < 0 else first
            last = end = index
        elif first >= 0 and end == index - 1 and _wraps(cuts, last, index):
            end = index
    if first >= 0:
        runs.append((first, end + 1))
    return [(start, stop) for start, stop in runs if sum(_tabular(cut) for cut in cuts[start:stop]) >= 2]


def _goes_on(cuts: Sequence[Cut], last: int, end: int, index: int) -> bool:
    """Whether row `index` may still belong to a table whose last row of several segments is `last`."""
    row, before = cuts[index].row, cuts[index - 1].row
    if row.base - before.base > 4.2 * max(row.size, before.size) or index - end > _MAX_LOOSE + 1:
        return False
    if _tabular(cuts[index]):
        return True
    reach = cuts[last].parts[1].x0
    long = len(row.words) >= _PROSE_WORDS and row.x1 > reach + 2 * row.size
    return not long or _wraps(cuts, last, index)


def _wraps(cuts: Sequence[Cut], last: int, index: int) -> bool:
    """Whether a row of one segment is the next line of a cell, not of the first column, of row `last`."""
    row, parts = cuts[index].row, cuts[last].parts
    if row.base - cuts[index - 1].row.base > 1.75 * row.size:
        return False
    rights = [*(part.x0 for part in parts[1:]), float("inf")]
    return any(
        row.x0 > part.x0 - 0.4 * row.size and row.x1 < right
        for part, right in list(zip(parts, rights, strict=True))[1:]
    )


def _consistent(cuts: Sequence[Cut], first: int, last: int) -> list[tuple[int, int]]:
    """The run cut where a row of text runs across its columns."""
    parts: list[tuple[int, int]] = []
    start = first
    for index in range(first, last):
        cut = cuts[index]
        if len(cut.parts) == 1 and len(cut.row.words) >= _PROSE_WORDS and index > start + 1:
            columns = column_gaps([*cuts[start:index], *cuts[index + 1 : last]])
            if sum(cut.row.x0 < left and cut.row.x1 > right for left, right in columns) >= min(2, len(columns)) > 0:
                parts.append((start, index))
                start = index + 1
    parts.append((start, last))
    return [trimmed for part in parts if (trimmed := _trimmed(cuts, *part))]


def _trimmed(cuts: Sequence[Cut], start: int, stop: int) -> tuple[int, int] | None:
    while start < stop and not _tabular(cuts[start]):
        start += 1
    last = max((index for index in range(start, stop) if _tabular(cuts[index])), default=start)
    end = last + 1
    while end < stop and _wraps(cuts, last, end):
        end += 1
    return (start, end) if last > start else None


def _with_head(cuts: Sequence[Cut], start: int, stop: int, *, floor: int) -> int:
    """The start moved up over short lines that stand above the columns, to the right of the first.

    A line in the middle of the whole table that begins before the second column is the table's title.
    """
    gaps = column_gaps(cuts[start:stop])
    if not gaps:
        return start
    left, right = gaps[0][0], max(cut.row.x1 for cut in cuts[start:stop])
    middle = (min(cut.row.x0 for cut in cuts[start:stop]) + right) / 2
    while start > floor:
        row, below = cuts[start - 1].row, cuts[start].row
        over = row.x0 > left and row.x1 < right + row.size and len(row.words) <= _PROSE_WORDS
        is_title = row.x0 < gaps[0][1] - row.size and abs((row.x0 + row.x1) / 2 - middle) < row.size
        if not over or is_title or below.base - row.base > 2.2 * row.size:
            break
        start -= 1
    return start


def column_gaps(cuts: Sequence[Cut]) -> list[tuple[float, float]]:
    """White strips (left, right) between the columns of the rows that have most segments."""
    rich = sorted((len(cut.parts) for cut in cuts if _tabular(cut)), reverse=True)
    if not rich:
        return []
    enough = max(2, round(0.6 * rich[len(rich) // 10]))
    chosen = [cut for cut in cuts if len(cut.parts) >= enough]
    tolerance = len(chosen) // 12
    events: list[tuple[float, int]] = []
    for cut in chosen:
        for part in cut.parts:
            events += [(part.x0, 1), (part.x1, -1)]
    events.sort(key=lambda event: (event[0], -event[1]))
    gaps: list[tuple[float, float]] = []
    depth, seen, opened = 0, False, 0.0
    for x, step in events:
        before, depth = depth, depth + step
        if before > tolerance >= depth:
            opened, seen = x, True
        elif before <= tolerance < depth and seen and x > opened:
            gaps.append((opened, x))
    size = chosen[0].row.size if chosen else 10.0
    return [(left, right) for left, right in gaps if right - left >= 0.35 * size]
