"""Running headers, footers and page numbers: what stands at the same place on page after page."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ingest.formats.pdf_geometry import ReadPage
from ingest.formats.pdf_rows import Row, make_rows, segments

REACH = 8
"""Pages looked at before and after each page."""
_ZONE = 0.17
"""Of the page's height at top and bottom, in which they stand."""
_DEPTH = 5
"""Rows looked at from the page's edge; all but two of them may be running lines."""
_LONGEST = 90
"""Characters of a running line that is known by its page number alone."""
_FIRST_ROWS = 20.0
"""Points from the top of the first word within which the first row's baseline lies."""
_SAME_PLACE = 5.0
"""Points of difference in height."""
_NUMBER = re.compile(r"\d+|\b[ivx]{1,6}\b", re.IGNORECASE)
_DIGITS = "\0"
_PAGE_ONLY = re.compile(r"\W*(?:page|p\.|pg\.?|seite)?\W*\0(?:\W*(?:of|/|von|\|)\W*\0)?\W*", re.IGNORECASE)


class _Mark(NamedTuple):
    """A row near an edge: its text without digits, and how far it stands from that edge."""

    text: str
    distance: float


class _Numbered(NamedTuple):
    """A page's first or last row, its text without digits, and its numbers less that of the page."""

    row: Row
    text: str
    offsets: frozenset[int]


class _Seen(NamedTuple):
    """A page with the rows near its edges, and its first and last row where they hold a number."""

    page: ReadPage | None
    head: tuple[Row, ...]
    foot: tuple[Row, ...]
    head_marks: tuple[_Mark, ...]
    foot_marks: tuple[_Mark, ...]
    numbers: tuple[_Numbered, ...] = ()


def without_running_lines(pages: Iterator[ReadPage | None]) -> Iterator[ReadPage | None]:
    """The pages with running headers, footers and page numbers taken out; holds 2 REACH + 1 pages at a time."""
    before: deque[_Seen] = deque(maxlen=REACH)
    ahead: deque[_Seen] = deque()
    for page in pages:
        ahead.append(_look(page))
        if len(ahead) > REACH:
            yield _cleaned(before, ahead)
    while ahead:
        yield _cleaned(before, ahead)


def _cleaned(before: "deque[_Seen]", ahead: "deque[_Seen]") -> ReadPage | None:
    seen = ahead.popleft()
    near = [*before, *ahead]
    before.append(seen._replace(page=None, head=(), foot=()))
    if seen.page is None or not near:
        return seen.page
    gone = _running(seen.head, seen.head_marks, [other.head_marks for other in near])
    gone += _running(seen.foot, seen.foot_marks, [other.foot_marks for other in near])
    gone += _page_numbers(seen.numbers, [other.numbers for other in near])
    if not gone:
        return seen.page
    dropped = {id(word) for row in gone for word in row.words}
    return _with_words(seen.page, dropped)


def _with_words(page: ReadPage, dropped: set[int]) -> ReadPage:
    return replace(page, words=tuple(word for word in page.words if id(word) not in dropped))


def _look(page: ReadPage | None) -> _Seen:
    if page is None or not page.words:
        return _Seen(page, (), (), (), ())
    head = make_rows(word for word in page.words if word.base < _ZONE * page.height)[:_DEPTH]
    foot = make_rows(word for word in page.words if word.base > (1 - _ZONE) * page.height)[::-1][:_DEPTH]
    heads = tuple(_Mark(_plain(row), row.base) for row in head)
    feet = tuple(_Mark(_plain(row), page.height - row.base) for row in foot)
    return _Seen(page, tuple(head), tuple(foot), heads, feet, _outer_numbers(page))


def _outer_numbers(page: ReadPage) -> tuple[_Numbered, ...]:
    """The first and the last row where they hold a number that may be the page's."""
    first = min(word.top for word in page.words) + _FIRST_ROWS
    last = max(word.base for word in page.words) - _SAME_PLACE
    rows = make_rows(word for word in page.words if word.base < first or word.base > last)
    numbered: list[_Numbered] = []
    for row in (rows[0], rows[-1]):
        digits = re.findall(r"(?<![\d.,])\d{1,4}(?![\d.,])", row.text)
        if len(row.text) < _LONGEST and digits:
            offsets = frozenset(int(number) - page.number for number in digits)
            numbered.append(_Numbered(row, _plain(row), offsets))
    return tuple(numbered)


def _page_numbers(numbered: tuple[_Numbered, ...], others: list[tuple[_Numbered, ...]]) -> list[Row]:
    """Outer rows that say the same on other pages but for a number that counts with the pages, at any height."""
    needed = 2 if len(others) >= 4 else 1
    return [
        own.row
        for own in numbered
        if sum(any(own.text == o.text and own.offsets & o.offsets for o in there) for there in others) >= needed
    ]


def _plain(row: Row) -> str:
    return _NUMBER.sub(_DIGITS, row.text.casefold()).strip()


def _running(rows: tuple[Row, ...], marks: tuple[_Mark, ...], others: list[tuple[_Mark, ...]]) -> list[Row]:
    """The rows from the edge inwards that recur on other pages, with white space after the last of them."""
    needed = 2 if len(others) >= 4 else 1
    count = 0
    for mark in marks[: _DEPTH - 2]:
        same = sum(any(_same(mark, other) for other in marks_there) for marks_there in others)
        numeric = not any(character.isalpha() for character in mark.text)
        if numeric and not _PAGE_ONLY.fullmatch(mark.text):
            break
        if same < needed or (count and _heads_table(rows[count], mark)):
            break
        count += 1
    while count and not _parted(rows, count):
        count -= 1
    return list(rows[:count])


def _heads_table(row: Row, mark: _Mark) -> bool:
    """Whether a row below the outermost one looks like the head of a table that begins on each page."""
    return _DIGITS not in mark.text and len(segments(row, 1.5 * row.size)) >= 3


def _same(mark: _Mark, other: _Mark) -> bool:
    return mark.text == other.text and abs(mark.distance - other.distance) <= _SAME_PLACE


def _parted(rows: tuple[Row, ...], count: int) -> bool:
    """Whether the last of `count` rows stands apart from the next, or is a bare page number."""
    last = rows[count - 1]
    if _PAGE_ONLY.fullmatch(_plain(last)) or count == len(rows):
        return True
    step = abs(last.base - rows[count].base)
    return step > 1.45 * max(last.size, rows[count].size)
